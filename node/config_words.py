"""What each setting means, as the program itself says it: `regie config default` and `regie config show`."""

from __future__ import annotations

from typing import Final

from node.errors import Text

SECTIONS: Final[dict[str, Text]] = {
    "node": Text("Le nœud, et où il range ce qu’il garde.", "The node, and where it keeps things."),
    "web": Text("Les pages des participants.", "The participants’ pages."),
    "media": Text("Le son et l’image : UDP, et TCP là où UDP ne passe pas.", "Sound and pictures: UDP, or TCP."),
    "turn": Text(
        "Un relais TURN indiqué aux navigateurs, pour les réseaux qui ne laissent rien passer d’autre.",
        "A TURN relay that browsers are told of, for networks that let nothing else through.",
    ),
    "recordings": Text("Les enregistrements des salles.", "Recordings of rooms."),
    "audit": Text("Ce que les opérateurs ont fait.", "What operators did."),
    "rpc": Text("gRPC, pour la console et les opérateurs.", "gRPC, for the console and the operators."),
    "metrics": Text("Mesures pour Prometheus, /healthz et /readyz.", "Metrics for Prometheus, /healthz and /readyz."),
    "limits": Text("Ce que ce nœud accepte.", "What this node allows."),
    "log": Text("Journaux.", "Logs."),
    "tracing": Text("Traces : pip install regie[otel].", "Traces: pip install regie[otel]."),
}

KEYS: Final[dict[str, Text]] = {
    "node.name": Text(
        "Nom du nœud, unique dans un parc ; vide : celui de la machine.",
        "Name of the node, unique in a fleet; empty: the machine’s.",
    ),
    "node.data_dir": Text(
        "Base de données, certificats ; vide : ~/.local/share/regie.",
        "Database, certificates; empty: ~/.local/share/regie.",
    ),
    "node.run_dir": Text(
        "Socket et journal du plan média ; vide : $XDG_RUNTIME_DIR/regie.",
        "Socket and log of the media plane; empty: $XDG_RUNTIME_DIR/regie.",
    ),
    "node.database": Text(
        "URL SQLAlchemy ; vide : SQLite dans data_dir. Avec un mot de passe, plutôt REGIE__NODE__DATABASE_FILE.",
        "SQLAlchemy URL; empty: SQLite in data_dir. With a password, rather REGIE__NODE__DATABASE_FILE.",
    ),
    "web.listen": Text("HTTP, derrière un proxy ou sur cette machine.", "HTTP, behind a proxy or on this machine."),
    "web.public_url": Text(
        "Début des liens, tel que les participants le voient : https://regie.exemple.fr.",
        "What links begin with, as participants see it: https://regie.example.org.",
    ),
    "web.tls_listen": Text(
        "HTTPS avec le certificat du nœud (pour les téléphones du même bâtiment) ; vide : non.",
        "HTTPS with the node’s own certificate (for phones in the same building); empty: none.",
    ),
    "web.names": Text("Autres noms à mettre dans ce certificat.", "What else that certificate must name."),
    "web.origins": Text(
        "Autres sites dont les pages peuvent ouvrir un WebSocket.", "Other sites whose pages may open a WebSocket."
    ),
    "web.behind_proxy": Text(
        "Croire X-Forwarded-For : seulement si un proxy le réécrit toujours.",
        "Believe X-Forwarded-For: only where a proxy always rewrites it.",
    ),
    "web.redirect_url": Text(
        "Où vont les participants après une séance, si la salle ne dit rien (une enquête) ; %%ROOM%% : son nom "
        "technique ; vide : nulle part.",
        "Where people go after a session, where the room says nothing (a survey); %%ROOM%%: the id of the room; empty: "
        "nowhere.",
    ),
    "web.redirect_hosts": Text(
        "Noms de machines où une salle peut envoyer après la séance ; aucun : partout, en https.",
        "Hosts to which a room may send people after a session; none: anywhere by https.",
    ),
    "web.support_url": Text(
        "Assistance, indiquée dans chaque refus : adresse https: ou mailto:.",
        "The support desk, named in every refusal: an https: or mailto: address.",
    ),
    "media.listen": Text(
        "UDP, IPv4 ; un port par cœur utilisé, à partir de celui-ci.", "UDP, IPv4; one port a shard, from this one on."
    ),
    "media.listen_tcp": Text(
        "TCP pour les réseaux sans UDP ; vide : comme listen ; « off » : aucun. 443 passe presque partout.",
        "TCP for networks without UDP; empty: as listen; “off”: none. 443 gets through nearly everywhere.",
    ),
    "media.advertise": Text(
        "Adresses IPv4 par lesquelles les participants nous joignent, si ce ne sont pas celles de la machine.",
        "IPv4 addresses that participants reach us by, where these are not the machine’s own.",
    ),
    "media.shards": Text(
        "Fils d’exécution qui portent les paquets ; 0 : un de moins que de cœurs.",
        "Threads that carry packets; 0: one less than there are cores.",
    ),
    "media.room_split": Text(
        "Personnes d’une salle sur un cœur avant d’en prendre un de plus ; 0 : 400.",
        "People of a room on one shard before it takes one more; 0: 400.",
    ),
    "media.transport_cc": Text(
        "Mesurer ce que porte la connexion de chacun, et n’envoyer que cela (transport-cc).",
        "Measure what each person’s connection carries, and send no more than that (transport-cc).",
    ),
    "media.plane_binary": Text("Chemin de regie-plane ; vide : trouvé seul.", "Path of regie-plane; empty: found."),
    "media.orphan_grace_s": Text(
        "Secondes pendant lesquelles le plan média continue sans le nœud.",
        "Seconds for which the plane goes on without the node.",
    ),
    "media.start_plane": Text(
        "Démarrer un plan média si aucun ne répond ; false : systemd s’en charge (regie plane).",
        "Start a plane where none answers; false: systemd does (regie plane).",
    ),
    "media.stop_plane": Text(
        "Arrêter le plan média avec le nœud, au lieu de le laisser continuer.",
        "Stop the plane with the node, instead of letting it go on.",
    ),
    "turn.urls": Text(
        "Par exemple « turns:turn.exemple.fr:443?transport=tcp ».",
        "For example “turns:turn.example.org:443?transport=tcp”.",
    ),
    "turn.secret": Text(
        "Secret partagé avec le serveur (coturn : static-auth-secret) ; plutôt secret_file.",
        "Secret shared with the server (coturn: static-auth-secret); rather secret_file.",
    ),
    "turn.secret_file": Text(
        "Fichier qui le contient, lisible par son seul propriétaire.", "A file that holds it, readable by its owner."
    ),
    "turn.lasts_s": Text(
        "Secondes pendant lesquelles un accès au relais est valable.", "Seconds for which what is handed out lets in."
    ),
    "recordings.spool": Text(
        "Où le plan média écrit ; vide : spool dans data_dir ; off : rien ne s’enregistre.",
        "Where the media plane writes; empty: spool in data_dir; off: nothing is recorded.",
    ),
    "recordings.store": Text(
        "Où les fichiers sont gardés ; vide : recordings dans data_dir.",
        "Where files are kept; empty: recordings in data_dir.",
    ),
    "recordings.bucket": Text(
        "Un bucket S3 au lieu d’un dossier ; vide : le dossier store.",
        "An S3 bucket instead of a folder; empty: store.",
    ),
    "recordings.endpoint": Text(
        "Par exemple « https://s3.exemple.fr » ; vide : Amazon.", "For example “https://s3.example.org”; empty: Amazon."
    ),
    "recordings.region": Text("Région du bucket, s’il en a une.", "Region of the bucket, if it has one."),
    "recordings.prefix": Text(
        "Début des clés dans le bucket, s’il sert aussi à autre chose.",
        "What keys in the bucket begin with, if it is not for this alone.",
    ),
    "recordings.key_id": Text(
        "Identifiant de la clé d’accès ; vide : le rôle de la machine.",
        "Id of the access key; empty: the role of the machine.",
    ),
    "recordings.secret": Text("Son secret ; plutôt secret_file.", "Its secret; rather secret_file."),
    "recordings.secret_file": Text(
        "Fichier qui contient ce secret, lisible par son seul propriétaire.",
        "A file that holds that secret, readable by its owner.",
    ),
    "recordings.free_bytes": Text(
        "Octets libres en dessous desquels rien ne commence.", "Free bytes below which no recording starts."
    ),
    "recordings.recorders": Text(
        "Enregistrements en même temps ; 0 : sans limite.", "Recordings at the same time; 0: no limit."
    ),
    "recordings.bits_per_second": Text(
        "Ce qu’un enregistrement est censé écrire : la place qui lui est gardée.",
        "What a recording is expected to write: the space that is kept for it.",
    ),
    "recordings.room_minutes": Text(
        "Minutes gardées par salle ; 0 : sans limite.", "Minutes kept of one room; 0: no limit."
    ),
    "recordings.room_bytes": Text("Octets gardés par salle ; 0 : sans limite.", "Bytes kept of one room; 0: no limit."),
    "recordings.node_minutes": Text(
        "Minutes gardées sur ce nœud ; 0 : sans limite.", "Minutes kept on this node; 0: no limit."
    ),
    "recordings.node_bytes": Text(
        "Octets gardés sur ce nœud ; 0 : sans limite.", "Bytes kept on this node; 0: no limit."
    ),
    "recordings.workers": Text(
        "Fichiers préparés en même temps, à basse priorité.", "Recordings made into files at a time, at low priority."
    ),
    "recordings.keep_days": Text(
        "Jours après lesquels un enregistrement est supprimé ; 0 : jamais.",
        "Days after which a recording is deleted; 0: never.",
    ),
    "recordings.link_s": Text(
        "Secondes pendant lesquelles un lien de téléchargement est valable.",
        "Seconds for which a download link works.",
    ),
    "audit.keep_days": Text(
        "Jours pendant lesquels les actes d’opérateurs sont gardés ; 0 : toujours.",
        "Days for which what operators did is kept; 0: for ever.",
    ),
    "rpc.listen": Text("gRPC en TLS ; à ne pas exposer à Internet.", "gRPC over TLS; not for the Internet."),
    "rpc.names": Text("Autres noms à mettre dans le certificat.", "What else the certificate must name."),
    "rpc.write_context": Text(
        "La console de cet utilisateur trouve le nœud seule.", "Let the console of this user find the node by itself."
    ),
    "metrics.listen": Text("Pour Prometheus seulement.", "For Prometheus only."),
    "limits.room_participants": Text(
        "Personnes d’une salle créée sans nombre.", "People of a room that is created without a number."
    ),
    "limits.room_participants_max": Text("Le plus que l’on peut demander.", "The most that can be asked for."),
    "limits.node_participants": Text("Personnes sur ce nœud.", "People on this node."),
    "limits.rooms": Text("Salles ouvertes sur ce nœud.", "Open rooms on this node."),
    "limits.ticket_hours": Text("Heures pendant lesquelles un lien est valable.", "Hours for which a link lets in."),
    "limits.empty_room_s": Text(
        "Secondes pendant lesquelles une salle vide attend que quelqu’un revienne.",
        "Seconds for which an empty room waits for somebody to come back.",
    ),
    "log.format": Text(
        "« json », « console », ou « auto » : lisible sur un terminal, JSON sinon.",
        "“json”, “console”, or “auto”: for people on a terminal, else JSON.",
    ),
    "log.level": Text("debug, info, warning ou error.", "debug, info, warning or error."),
    "tracing.endpoint": Text(
        "Collecteur OTLP par HTTP, par exemple « http://127.0.0.1:4318/v1/traces » ; vide : aucun.",
        "OTLP collector by HTTP, for example “http://127.0.0.1:4318/v1/traces”; empty: none.",
    ),
}

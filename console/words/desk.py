"""Words of what the desk does with a list as a whole."""

from __future__ import annotations

from typing import Final

DESK_WORDS: Final[dict[str, tuple[str, str]]] = {
    "rows.one": ("{count} ligne", "{count} row"),
    "rows.many": ("{count} lignes", "{count} rows"),
    "do.jump": ("aller à", "jump"),
    "long.jump": (
        "aller à une ligne de l’écran : une lettre apparaît devant chacune, tapez-la",
        "jump to a row on the screen: a letter appears before each, type it",
    ),
    "jump.hint": (
        "Tapez la lettre devant la ligne ; une autre touche annule.",
        "Type the letter before the row; another key cancels.",
    ),
    "head.range": ("▒ PLAGE", "▒ RANGE"),
    "do.mark_range": ("plage", "range"),
    "long.mark_range": (
        "marquer une plage : V au début, se déplacer, V à la fin ; l’ordre est tenu entre-temps",
        "mark a range: V where it begins, move, V where it ends; the order is held meanwhile",
    ),
    "head.unarmed": ("LECTURE : W arme", "READ-ONLY: W arms"),
    "head.armed": ("ARMÉ {minutes} min", "ARMED {minutes} min"),
    "do.arm": ("armer", "arm"),
    "long.arm": (
        "pouvoir agir pendant 15 minutes, ou de nouveau regarder seulement",
        "be able to act for 15 minutes, or only look again",
    ),
    "arm.first": (
        "La console regarde seulement : W l’arme pour 15 minutes, puis recommencez.",
        "The console only looks: W arms it for 15 minutes, then repeat.",
    ),
    "arm.done": (
        "Armée pour {minutes} minutes ; W de nouveau : regarder seulement.",
        "Armed for {minutes} minutes; W again: only look.",
    ),
    "arm.laid_down": ("La console regarde seulement.", "The console only looks."),
    "arm.over": (
        "Les 15 minutes sont passées : la console regarde seulement, W l’arme de nouveau.",
        "The 15 minutes are over: the console only looks, W arms it again.",
    ),
    "arm.always": (
        "Cette console peut agir tout le temps : elle a été lancée avec --armed.",
        "This console may act all the time: it was started with --armed.",
    ),
    "arm.read_only": (
        "Cette console ne fait que regarder : relancez-la sans --read-only.",
        "This console can only look: start it again without --read-only.",
    ),
    "do.timeline": ("chronologie", "timeline"),
    "long.timeline": (
        "revoir les dernières minutes de tous les nœuds, pas à pas ou à la suite (dans une salle : « :timeline »)",
        "see the last minutes of all nodes again, step by step or played (in a room: “:timeline”)",
    ),
    "timeline.title": ("Chronologie", "Timeline"),
    "timeline.close": (
        ", . 10 s · < > événement · Espace joue · g G bouts · q ferme",
        ", . 10 s · < > event · Space plays · g G ends · q closes",
    ),
    "timeline.nothing": (
        "Rien encore : la chronologie commence avec la console.",
        "Nothing yet: the timeline begins with the console.",
    ),
    "timeline.plays": ("▶ joue", "▶ plays"),
    "timeline.stands": ("‖ arrêt", "‖ stands"),
    "timeline.now": ("à l’ouverture", "as it was opened"),
    "timeline.ago": ("{age} plus tôt", "{age} before"),
    "timeline.heard": ("nœuds entendus : {heard} sur {of}", "nodes heard: {heard} of {of}"),
    "timeline.silent": ("✗ MUET", "✗ SILENT"),
    "do.acknowledge": ("vu", "acknowledge"),
    "alert.seen": ("✓ vue", "✓ seen"),
    "do.last": ("écran précédent", "last screen"),
    "do.next_match": ("suivant", "next match"),
    "do.previous_match": ("précédent", "previous match"),
    "do.card": ("fiche", "card"),
    "do.copy_row": ("copier la ligne en JSON", "copy the row as JSON"),
    "done.copied_row": ("ligne copiée en JSON : {text}", "row copied as JSON: {text}"),
    "do.refresh": ("ordonner maintenant", "order now"),
    "do.chat_mute": ("couper le chat de l’auteur, 10 min", "mute the author in chat, 10 min"),
    "do.chat_mute_for": ("couper son chat, durée…", "mute in chat for…"),
    "time.ask": ("Couper le chat de {who} pendant :", "Mute {who} in chat for:"),
    "time.hint": ("1m 10m 1h 1d   none : sans fin   Échap annule", "1m 10m 1h 1d   none: no end   Esc cancels"),
    "note.no_chat": ("✎ coupé", "✎ muted"),
    "note.chat_held": ("✎ relu", "✎ held"),
    "note.until": ("{what} {at}", "{what} {at}"),
    "fact.chat": ("discussion", "chat"),
    "undo.restrain": ("chat de {who}", "chat of {who}"),
    "pending.restrain": ("… chat", "… chat"),
    "command.time": ("« {text} » n’est pas une durée : 90s 10m 1h 1d.", "“{text}” is no time: 90s 10m 1h 1d."),
    "command.no_time": (
        "« {text} » ne finit pas de lui-même : for: va avec {known}.",
        "“{text}” does not end by itself: for: goes with {known}.",
    ),
    "do.hide_all": ("masquer tout de l’auteur", "hide all by the author"),
    "ask.hide_all": ("Masquer {messages} de {who} ?", "Hide {messages} by {who}?"),
    "do.export": ("exporter", "export"),
    "long.export": (
        "exporter ce que la liste montre, en CSV ou en JSON, dans un fichier lisible par vous seul",
        "export what the list shows, as CSV or JSON, into a file that only you can read",
    ),
    "export.ask": ("Exporter {rows} dans", "Export {rows} to"),
    "export.hint": (
        ".csv ou .json ; lisible par vous seul, jamais par-dessus un autre fichier   Échap annule",
        ".csv or .json; only you can read it, never over another file   Esc cancels",
    ),
    "export.nothing": ("La liste est vide : rien à exporter.", "The list is empty: there is nothing to export."),
    "export.form": (
        "« {text} » : donnez un nom qui finit par .csv ou .json",
        "“{text}”: give a name that ends in .csv or .json",
    ),
    "export.exists": (
        "{file} existe déjà et n’a pas été touché : donnez un autre nom",
        "{file} is there already and was not touched: give another name",
    ),
    "export.failed": (
        "{file} n’a pas été écrit ({why}) : donnez un dossier où vous pouvez écrire",
        "{file} was not written ({why}): give a folder in which you may write",
    ),
    "export.done": ("{rows} dans {file}, lisible par vous seul", "{rows} in {file}, which only you can read"),
}

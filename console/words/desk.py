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

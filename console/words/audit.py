"""The sentences about the audit: key → (French, English)."""

from __future__ import annotations

from typing import Final

AUDIT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "tab.audit": ("Registre", "Audit"),
    "col.at": ("HEURE", "TIME"),
    "col.who": ("QUI", "WHO"),
    "col.did": ("A FAIT", "DID"),
    "col.targets": ("SUR", "ON"),
    "col.outcome": ("ISSUE", "OUTCOME"),
    "col.reason": ("RAISON", "REASON"),
    "col.ms": ("ms", "ms"),
    "col.number": ("N°", "NO"),
    "col.request": ("DEMANDE", "REQUEST"),
    "audit.ok": ("● fait", "● done"),
    "audit.repeated": ("● répété", "● repeat"),
    "audit.refused": ("✗ {code}", "✗ {code}"),
    "audit.cancelled": ("! abandon", "! gave up"),
    "audit.nobody": ("(sans jeton)", "(no token)"),
    "audit.times": ("{count} fois", "{count} times"),
    "audit.side": ("acte n° {number}", "record {number}"),
    "audit.chain": ("chaîne", "chain"),
    "audit.never": ("pas encore vérifiée : v", "not verified yet: v"),
    "audit.holds": ("● intacte, {count} actes", "● whole, {count} records"),
    "audit.broken": ("✗ ROMPUE au n° {number} : {why}", "✗ BROKEN at {number}: {why}"),
    "audit.older": ("dont {count} d’avant la chaîne", "{count} from before the chain"),
    "audit.since": (
        "gardés et vérifiables depuis le n° {number}, {day} ; les précédents ont passé leur durée de conservation",
        "kept and to be verified since {number}, {day}; those before had been kept for long enough",
    ),
    "audit.note": ("à noter ailleurs :", "to be noted elsewhere:"),
    "broken.changed": ("un acte a été changé", "a record was changed"),
    "broken.missing": ("un acte manque", "a record is missing"),
    "broken.unchained": ("un acte n’est pas enchaîné", "a record is not chained"),
    "broken.anchor": (
        "rien ne dit que ce qui précède a été ôté par la conservation",
        "nothing says that what is before was removed by retention",
    ),
    "broken.cut": ("la fin a été coupée", "the end was cut off"),
    "do.audit": ("registre", "audit"),
    "do.verify": ("vérifier", "verify"),
    "long.audit": (
        "Registre : ce que les opérateurs ont fait ou se sont vu refuser.",
        "Audit: what operators did and were refused.",
    ),
    "long.verify": (
        "Vérifier la chaîne du nœud : rien de changé, rien d’ôté.",
        "Verify the node’s chain: nothing changed, nothing taken away.",
    ),
    "say.verified": (
        "{context} : {count} actes, chaîne intacte, {head}",
        "{context}: {count} records, the chain is whole, {head}",
    ),
    "say.broken": (
        "{context} : chaîne rompue au n° {number} ({why}). Gardez la base telle quelle et comparez aux sauvegardes.",
        "{context}: the chain is broken at {number} ({why}). Keep the database as it is and compare with backups.",
    ),
    "empty.audit": ("Aucun acte.", "No record."),
    "empty.audit.next": (
        "Il faut le rôle d’opérateur ; les lectures ne sont pas notées.",
        "It takes the role of operator; what is only read is not recorded.",
    ),
    "ctl.audit": (
        "Registre des actes d’opérateurs : lister, suivre, vérifier.",
        "Audit of what operators did: list, watch, verify.",
    ),
    "ctl.audit.list": ("Lister les derniers actes et refus.", "List the last deeds and refusals."),
    "ctl.audit.watch": ("Suivre les actes.", "Follow the deeds."),
    "ctl.audit.verify": (
        "Vérifier que rien n’a été changé, ôté ou ajouté. Code 1 si la chaîne est rompue.",
        "Verify that nothing was changed, taken away or put in. Exit code 1 if the chain is broken.",
    ),
    "ctl.opt.most": ("Combien d’actes.", "How many records."),
    "ctl.opt.known": (
        "N°:EMPREINTE notés plus tôt : trouve aussi une fin coupée ou une chaîne refaite.",
        "NUMBER:HASH noted earlier: also finds an end cut off, or a chain made anew.",
    ),
    "say.known_removed": (
        "{context} : le n° {number}, noté plus tôt, n’est plus gardé ; la chaîne ne se vérifie que depuis le"
        " n° {first}. Notez sa tête d’aujourd’hui.",
        "{context}: {number}, noted earlier, is not kept any more; the chain can be verified since {first} only. "
        "Note its head of today.",
    ),
    "ctl.audit.known": (
        "« {text} » n’est pas un n° et une empreinte : 1204:ab12…",
        "“{text}” is no number and hash: 1204:ab12…",
    ),
    "col.head": ("TÊTE", "HEAD"),
    "col.checked": ("VÉRIFIÉS", "CHECKED"),
    "col.older": ("AVANT", "OLDER"),
    "col.chain": ("CHAÎNE", "CHAIN"),
}

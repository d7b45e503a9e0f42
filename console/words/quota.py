"""The sentences about limits: key → (French, English)."""

from __future__ import annotations

from typing import Final

QUOTA_WORDS: Final[dict[str, tuple[str, str]]] = {
    "tab.quota": ("Limites", "Quotas"),
    "col.scope": ("PORTÉE", "SCOPE"),
    "col.quota_name": ("NOM", "NAME"),
    "col.what": ("QUOI", "WHAT"),
    "col.use": ("USAGE", "USE"),
    "col.limit": ("LIMITE", "LIMIT"),
    "col.share": ("PART", "SHARE"),
    "col.refused": ("REFUS", "REFUSED"),
    "col.last_refused": ("DERNIER", "LAST"),
    "col.default": ("DÉFAUT", "DEFAULT"),
    "scope.node": ("nœud", "node"),
    "scope.type": ("type", "type"),
    "scope.room": ("salle", "room"),
    "what.people": ("personnes", "people"),
    "what.publishers": ("intervenants", "publishers"),
    "what.rooms": ("salles", "rooms"),
    "what.room_people": ("par salle", "per room"),
    "quota.full": ("✗ PLEIN", "✗ FULL"),
    "quota.near": ("▲ {share} %", "▲ {share} %"),
    "quota.share": ("● {share} %", "● {share} %"),
    "quota.free": ("○ sans", "○ none"),
    "quota.none": ("sans limite", "no limit"),
    "quota.by_default": ("par défaut", "by default"),
    "quota.refused": (
        "refus {at} : {code}, {current} sur {limit}",
        "refused {at}: {code}, {current} of {limit}",
    ),
    "quota.ask": ("Limite de {who} (maintenant {now}) :", "Limit of {who} (now {now}):"),
    "quota.hint": (
        "un nombre ; 0 : par défaut ({default}). Vaut aussitôt ; personne n’est exclu.",
        "a number; 0: the default ({default}). Holds at once; nobody has to leave.",
    ),
    "quota.wrong": ("« {text} » n’est pas un nombre", "“{text}” is not a number"),
    "quota.usage": (
        "quota node|type:nom|salle:nom personnes=150 : portée ou limite inconnue ({text})",
        "quota node|type:name|room:name people=150: unknown scope or limit ({text})",
    ),
    "quota.reasons": ("derniers refus", "last refusals"),
    "do.quota": ("limites", "quotas"),
    "do.limit": ("changer", "change"),
    "long.quota": ("Limites : usage, derniers refus et leur raison.", "Limits: use, last refusals and their reason."),
    "long.limit": (
        "Changer la limite sous le curseur ; vaut aussitôt.",
        "Change the limit under the cursor; it holds at once.",
    ),
    "done.limit": ("limite changée : {who}", "limit changed: {who}"),
    "undo.limit": ("limite de {who}", "limit of {who}"),
    "empty.quota": ("Aucune limite connue.", "No limit is known."),
    "empty.quota.next": ("Les nœuds n’ont pas encore répondu.", "The nodes have not answered yet."),
    "ctl.quotas": (
        "Limites (personnes, salles, parole) : lister, montrer, changer, suivre.",
        "Limits (people, rooms, publishers): list, get, set, watch.",
    ),
    "ctl.quotas.list": ("Lister les limites et leur usage.", "List the limits and their use."),
    "ctl.quotas.get": ("Montrer une limite.", "Show one limit."),
    "ctl.quotas.set": (
        "Changer une limite. Vaut aussitôt et pour toujours ; 0 : comme par défaut.",
        "Change a limit. Holds at once and for good; 0: back to the default.",
    ),
    "ctl.quotas.watch": ("Suivre l’usage et les refus.", "Follow the use and the refusals."),
    "ctl.arg.scope": ("node, type:NOM ou room:NOM.", "node, type:NAME or room:NAME."),
    "ctl.arg.what": ("people, publishers, rooms ou room_people.", "people, publishers, rooms or room_people."),
    "ctl.arg.limit": ("Un nombre ; 0 : comme par défaut.", "A number; 0: back to the default."),
    "ctl.opt.resume": ("Reprendre là où l’on en était.", "Go on from where one was."),
    "ctl.opt.count": ("Finir après tant de messages.", "End after so many messages."),
    "ctl.quotas.scope": (
        "« {text} » n’est pas une portée : node, type:webinar, room:salle-1.",
        "“{text}” is not a scope: node, type:webinar, room:hall-1.",
    ),
}

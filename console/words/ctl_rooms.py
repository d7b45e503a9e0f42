"""The sentences of the commands about rooms, their doors and their types: key → (French, English)."""

from __future__ import annotations

from typing import Final

CTL_ROOM_WORDS: Final[dict[str, tuple[str, str]]] = {
    "ctl.rooms": ("Salles : créer, lister, voir, fermer.", "Rooms: create, list, get, close."),
    "ctl.rooms.create": (
        "Créer une salle et donner ses liens d’invitation.",
        "Create a room and print its invitation links.",
    ),
    "ctl.rooms.list": ("Lister les salles.", "List the rooms."),
    "ctl.rooms.get": ("Montrer une salle.", "Show one room."),
    "ctl.rooms.close": ("Fermer une salle pour tous. Irréversible.", "Close a room for everybody. Cannot be undone."),
    "ctl.lobby": (
        "La salle d’attente : qui attend, faire entrer, refuser.",
        "The lobby: who waits, let in, refuse.",
    ),
    "ctl.lobby.list": ("Lister qui attend, dans l’ordre.", "List who waits, in their order."),
    "ctl.lobby.admit": ("Faire entrer des personnes, ou toutes.", "Let people in, or all of them."),
    "ctl.lobby.refuse": ("Refuser l’entrée à des personnes, ou à toutes.", "Turn people away, or all of them."),
    "ctl.lobby.settings": (
        "Montrer ou changer la salle d’attente, son ordre du jour et son message.",
        "Show or change the lobby, its agenda and its message.",
    ),
    "ctl.lobby.admitted": ("Entrent : {who}.", "Let in: {who}."),
    "ctl.lobby.refused": ("Refusées : {who}.", "Turned away: {who}."),
    "ctl.lobby.left": ("Attendent encore une place : {who} [{code}].", "Still wait for a place: {who} [{code}]."),
    "ctl.waiters_or_all": (
        "Nommez les personnes, ou donnez --all pour toutes.",
        "Name the people, or give --all for everybody.",
    ),
    "ctl.nobody_waits": ("Personne n’attend sous le nom « {name} ».", "Nobody called “{name}” waits."),
    "waits.": ("arrive", "on their way"),
    "waits.early": ("l’heure", "the hour"),
    "waits.start": ("le début", "the start"),
    "waits.lobby": ("qu’on fasse entrer", "to be let in"),
    "waits.full": ("une place", "a place"),
    "ctl.access": (
        "Entrer dans une salle : liens, billets, mot de passe.",
        "Coming into a room: links, tickets, password.",
    ),
    "ctl.access.get": ("Montrer comment on entre.", "Show how people come in."),
    "ctl.access.set": (
        "Choisir comment on entre : par le lien, avec un mot de passe, avec un billet à son nom.",
        "Choose how people come in: by the link, with a password, with a ticket of their own.",
    ),
    "ctl.access.renew": (
        "Donner un nouveau lien à un rôle ; les anciens ne valent plus rien.",
        "Give a role a new link; the old ones open nothing any more.",
    ),
    "ctl.access.tickets": ("Lister les billets nominatifs.", "List the tickets with a name."),
    "ctl.access.invite": ("Faire un billet pour chaque personne.", "Make a ticket for each person."),
    "ctl.access.revoke": ("Annuler le billet d’une personne.", "Cancel one person’s ticket."),
    "ctl.ask_password": ("Mot de passe :", "Password:"),
    "ctl.password_made": ("Mot de passe : {password}", "Password: {password}"),
    "access.open": ("par le lien", "by the link"),
    "access.password": ("lien et mot de passe", "link and password"),
    "access.token": ("billet à son nom", "ticket of one’s own"),
    "ended.": ("valable", "good"),
    "ended.renewed": ("remplacé", "replaced"),
    "ended.revoked": ("annulé", "cancelled"),
    "ended.removed": ("personne retirée", "person removed"),
    "ctl.types": ("Types de séance : ce que chacun permet.", "Session types: what each allows."),
    "ctl.types.list": (
        "Comparer les types de séance que ce nœud applique.",
        "Compare the session types as this node enforces them.",
    ),
    "ctl.rooms.set": ("Changer les réglages d’une salle, tout de suite.", "Change the settings of a room, at once."),
    "ctl.rooms.show": ("Les réglages d’une salle.", "The settings of a room."),
    "ctl.rooms.invite": (
        "De nouveaux liens, à côté des autres, un texte à envoyer et une date pour les agendas.",
        "New links beside the others, a text to send and a date for calendars.",
    ),
    "ctl.rooms.launch": (
        "Un lien à soi pour animer la salle, maintenant.",
        "A link of one’s own to lead the room with, now.",
    ),
    "ctl.need_ics": ("Dites où écrire la date : --ics FICHIER.", "Say where to write the date: --ics FILE."),
    "ctl.no_date": (
        "Cette salle n’a pas de date : donnez-en une avec « regie rooms set --start », ou créez-la avec --start.",
        "This room has no date: give it one with “regie rooms set --start”, or make it with --start.",
    ),
    "ctl.ics_written": ("Date écrite dans {file}.", "Date written to {file}."),
    "ctl.rooms.delete": (
        "Supprimer une salle, ses liens et ses réglages, après avoir dit ce qui est perdu.",
        "Delete a room, its links and its settings, after saying what is lost.",
    ),
    "ctl.rooms.extend": ("Prolonger la séance de tant de minutes.", "Extend the session by so many minutes."),
    "ctl.rooms.end": (
        "Terminer la séance pour tous ; une salle permanente reste.",
        "End the session for everybody; a permanent room stays.",
    ),
    "ctl.panel.personalisation": ("Personnalisation", "Personalisation"),
    "ctl.panel.recording": ("Enregistrement", "Recording"),
    "ctl.placeholder": (
        "{name} ne désigne rien : ce sera lu tel quel. Connus : %%CONFNAME%%, et %%ROOM%% dans l’adresse.",
        "{name} stands for nothing: it will be read as it is. Known: %%CONFNAME%%, and %%ROOM%% in the address.",
    ),
    "ctl.delete.lost": (
        "Avec « {title} » disparaissent pour toujours {links} liens, {tickets} billets nominatifs, les textes et les "
        "réglages ; {people} personnes en sortent. Restent, jusqu’à leur échéance, la "
        "discussion enregistrée, {recordings} enregistrements et le journal d’audit.",
        "With “{title}” go for ever {links} links, {tickets} tickets with a name, its texts and settings; {people} "
        "people have to leave. What stays, for as long as it is kept: the record of the chat, {recordings} recordings "
        "and the audit.",
    ),
    "ctl.delete.date": (
        "Une séance y est prévue le {starts} : --ics FICHIER écrit de quoi l’annuler dans les agendas.",
        "A session is planned in it on {starts}: --ics FILE writes what cancels it in calendars.",
    ),
    "ctl.opt.ics_cancel": (
        "Écrire dans ce fichier l’annulation de la date, à envoyer à qui l’a reçue.",
        "Write the cancellation of the date to this file, to send to whoever was sent it.",
    ),
    "ctl.instant_start": (
        "Une salle instantanée n’a pas de date : donnez --start ou --instant.",
        "An instant room has no date: give --start or --instant.",
    ),
    "ctl.moment": (
        "« {text} » n’est pas une date : 2026-12-01T14:00.",
        "“{text}” is not a date: 2026-12-01T14:00.",
    ),
    "ctl.title.default": ("Ma Réunion", "My meeting"),
    "ctl.title.unchanged": (
        "Sans titre, la salle s’appelle « {title} » : les invités liront cela.",
        "Without a title, the room is called “{title}”: that is what guests will read.",
    ),
    "ctl.opt.invite": (
        "créer et inviter : les liens, un texte à envoyer et la date",
        "create and invite: the links, a text to send and the date",
    ),
    "ctl.rooms.then_invite": (
        "Et maintenant : envoyez ces liens. Avec un texte et la date : regie rooms invite {room}",
        "Next: send these links. With a text and the date: regie rooms invite {room}",
    ),
    "ctl.link.speaker": ("Lien intervenants", "Link for speakers"),
    "ctl.link.moderator": ("Lien modération de la discussion", "Link for chat moderators"),
    "ctl.link.technician": ("Lien technique", "Link for technicians"),
    "type.start.anyone": ("chacun", "anybody"),
    "type.start.two": ("deux personnes", "two people"),
    "type.start.host": ("animation", "host"),
    "type.lobby.never": ("jamais", "never"),
    "type.lobby.off": ("au choix", "if wanted"),
    "type.lobby.on": ("oui", "yes"),
    "type.view.gallery": ("mosaïque", "gallery"),
    "type.view.speaker": ("qui parle en grand", "who speaks made large"),
    "type.view.presentation": ("l’écran en grand", "the screen made large"),
    "type.muted": ("micros fermés à l’arrivée", "microphones closed on arrival"),
    "type.public": ("messages à tous seulement", "messages to everybody only"),
    "type.slow": ("un message toutes les {seconds} s", "a message every {seconds} s"),
    "form.permanent": ("permanente", "permanent"),
    "form.scheduled": ("planifiée", "scheduled"),
    "form.instant": ("instantanée", "instant"),
    "end.empty": ("plus personne", "nobody left"),
    "end.time": ("heure de fin", "end time"),
    "end.duration": ("durée maximale", "longest duration"),
    "end.host": ("animation", "host"),
    "end.operator": ("régie", "operator"),
    "ctl.link.host": ("Lien de l’hôte (à garder pour soi)", "Link of the host (keep it to yourself)"),
    "ctl.link.participant": ("Lien d’invitation", "Invitation link"),
}

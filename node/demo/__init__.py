"""A webinar in progress on this machine: synthetic people who move, talk and chat through the same doors as everybody.

people.py    who they are and what they say
letters.py   a bitmap alphabet for their name plates
pictures.py  drawn moving pictures (I420)
voices.py    synthetic speech
loops.py     both, encoded once as loops of packets
peer.py      one person: HTTP join, WebSocket, an aiortc peer connection
crowd.py     all of them, taking turns
stage.py     the processes of the demo: node, crowd, console
fleet/       instead: many played nodes, for the console alone
"""

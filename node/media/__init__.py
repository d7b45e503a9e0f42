"""The Python side of media: SDP, negotiation, DTLS, and the client and supervisor of the plane.

It knows packets, not products: rooms and people are opaque strings here. `adapter.PlaneMedia` implements
`node.ports.Media`; everything else in this package serves it.
"""

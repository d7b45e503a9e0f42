"""The operator's side: a console in the terminal and the same verbs as commands.

It knows the node only by the contracts in `protos/`. The core (text, state, filters, grammar, columns, actions,
operations) imports neither Textual nor gRPC; `client/` alone speaks gRPC; `ctl/` never loads Textual.
"""

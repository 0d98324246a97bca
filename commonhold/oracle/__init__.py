"""The node network off chain: observations, medians, reports, signatures, and bringing them on chain.

A round has four steps, and each has its module. Every node signs what it observed (`observations`); whoever wants
proposes a report of the medians (`medians`, `report`); every node recomputes the proposal before it signs (`node`); and
a quorum's signatures go on chain, with the values that somebody needs (`publish`). Nothing here runs by itself.
"""

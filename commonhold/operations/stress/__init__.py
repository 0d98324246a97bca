"""The run simulator: people leave the coin, on the real contracts in process, for chosen parameters.

`scenario` reads what is to be played, `opening` says what there is at first, `stage` is the suite with money and loans
on it, `play` lets time pass, `outcome` is what was seen and what came of it, `face_value` is the coin that holders
are compared with, `report` and `chart` show all that, and `command` is what the script does.
"""

"""Random sequences of everything that everybody can do to the suite, against the exact model.

rules/        what is done, one file a family of rules        (start here to add one: rules/registry.py)
inputs.py     where rules get their inputs from               cast.py      who takes part
network.py    the nodes off chain, honest and lying           almanac.py   what the honest ones vouched for
laws.py       what must hold after every step                 oracle_laws.py, fee_laws.py  the same for prices, fees
money/        treasury, coin, queue and loans alone, for speed; their laws, which the suite's machine has, too
lending/      houses, values, treasury, loans and auctions, for speed; their laws and rules
scenarios.py  fixed sequences for rare places
world.py      chain and model side by side                    port.py      the door to an engine
stage.py      the suite by the recipe, with its model         opening.py   how every sequence begins
campaign.py   bulk runs by seed, shrinking, replay            machine.py   the same rules under hypothesis
differential.py, ape_side.py, speed.py                        both engines compared, and timed
"""

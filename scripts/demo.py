"""The whole suite at work: `make demo`, or `ape run demo --homes 12`.

Deploys on an embedded chain, puts real homes on it, pays income, moves a share, records and releases a lien, and tries
what must be refused. Leaves out/certificate.svg and out/suite.json.
"""

import click
from ape.cli import ConnectedProviderCommand, network_option

from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.paper import write_svg
from commonhold.operations.reading import all_properties, certificate_of
from commonhold.operations.session import DOCUMENTS, EXAMPLE, OUT, open_session, plain_errors
from commonhold.operations.story import Cast, Story, gas_by_step
from commonhold.operations.tables import certificate_table, gas_table, portfolio_table, refusal_table
from commonhold.operations.terminal import homes_left
from commonhold.operations.tokenize import TokenizeOptions

"""The access matrix of every organisation, row by row, against what the rows allow."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from customers.models import Customer
from partners.models import Partner
from relationships.access_matrix import Choice, CustomerMatrix, Matrix, PartnerMatrix
from relationships.models import AdminRole

from .naive_access import Triple

# Rows of a portion: few, so that a world has several.
PORTION = 3


def check_matrices(
    customers: Iterable[Customer],
    partners: Iterable[Partner],
    allowed: dict[Triple, datetime],
    at: datetime,
) -> None:
    """Both sides draw exactly what is allowed, each to its end."""
    everything = Choice()
    for drawn in (
        drawn_in(CustomerMatrix(customer, everything, at) for customer in customers),
        drawn_in(PartnerMatrix(partner, everything, at) for partner in partners),
    ):
        assert drawn == allowed, f"drawn {drawn}, by the rows {allowed}"


def drawn_in(matrices: Iterable[Matrix]) -> dict[Triple, datetime]:
    """Who may do what by these matrices; who may by several, until the last of them."""
    people = dict(User.objects.values_list("email", "pk"))
    roles = dict(AdminRole.objects.values_list("template_id", "pk"))
    found: dict[Triple, datetime] = {}
    for matrix in matrices:
        seen = set()
        for row in (row for portion in matrix.all_rows(PORTION) for row in portion):
            assert (row.party, row.place) not in seen, "a row is drawn twice"
            seen.add((row.party, row.place))
            own = isinstance(matrix, CustomerMatrix)
            customer = matrix.customer.pk if own else row.party
            for cell in row.cells:
                triple = people[row.address], customer, roles[cell.template_id]
                found[triple] = max(cell.until, found.get(triple, cell.until))
    return found

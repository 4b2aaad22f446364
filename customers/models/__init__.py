from .customer import Customer, CustomerStatus
from .invitation import CustomerInvitation
from .membership import CustomerMembership

__all__ = ["Customer", "CustomerInvitation", "CustomerMembership", "CustomerStatus"]

from .customer import Customer, CustomerStatus
from .domain_proof import DomainProof
from .invitation import CustomerInvitation
from .membership import CustomerMembership
from .registration import CustomerRegistration, RegistrationKind, RegistrationStatus

__all__ = [
    "Customer",
    "CustomerInvitation",
    "CustomerMembership",
    "CustomerRegistration",
    "CustomerStatus",
    "DomainProof",
    "RegistrationKind",
    "RegistrationStatus",
]

"""The directory roles that can be delegated, as published: ids, names and what they reach."""

from dataclasses import dataclass
from typing import Literal

Administers = Literal["yes", "no", "all"]


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A directory role that a partner may ask for, under its published template id."""

    template_id: str
    name: str
    service: str
    # Whether the role administers its service, none, or every service that has such a role.
    administers: Administers = "no"
    privileged: bool = False
    blocks_auto_extend: bool = False
    # Lists that the role is on: D, D1 default grants, P provider, T1 first-line technicians.
    marks: tuple[str, ...] = ()


ROLES: tuple[RoleEntry, ...] = (
    RoleEntry(
        template_id="88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        name="Directory Readers",
        service="entra",
        marks=("D", "P", "T1"),
    ),
    RoleEntry(
        template_id="9360feb5-f418-4baa-8175-e2a00bac4301",
        name="Directory Writers",
        service="entra",
        marks=("D", "P"),
    ),
    RoleEntry(
        template_id="f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        name="Global Reader",
        service="entra",
        marks=("D", "P"),
    ),
    RoleEntry(
        template_id="4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        name="License Administrator",
        service="entra",
        marks=("D", "P", "T1"),
    ),
    RoleEntry(
        template_id="f023fd81-a637-4b56-95fd-791ac0226033",
        name="Service Support Administrator",
        service="entra",
        marks=("D", "P", "T1"),
    ),
    RoleEntry(
        template_id="fe930be7-5e62-47db-91af-98c3a49a38b1",
        name="User Administrator",
        service="entra",
        privileged=True,
        marks=("D", "P", "T1"),
    ),
    RoleEntry(
        template_id="729827e3-9c14-49f7-bb1b-9608f156bbb8",
        name="Helpdesk Administrator",
        service="entra",
        marks=("D", "P", "T1"),
    ),
    RoleEntry(
        template_id="e8611ab8-c189-46e8-94e1-60213ab1f814",
        name="Privileged Role Administrator",
        service="entra",
        privileged=True,
        marks=("D",),
    ),
    RoleEntry(
        template_id="7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        name="Privileged Authentication Administrator",
        service="entra",
        privileged=True,
        marks=("D",),
    ),
    RoleEntry(
        template_id="158c047a-c907-4556-b7ef-446551a6b5f7",
        name="Cloud Application Administrator",
        service="entra",
        privileged=True,
        marks=("D1",),
    ),
    RoleEntry(
        template_id="9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        name="Application Administrator",
        service="entra",
        privileged=True,
        marks=("D1",),
    ),
    RoleEntry(
        template_id="62e90394-69f5-4237-9190-012177145e10",
        name="Global Administrator",
        service="entra",
        administers="all",
        privileged=True,
        blocks_auto_extend=True,
    ),
    RoleEntry(
        template_id="c4e39bd9-1100-46d3-8c65-fb160da0071f",
        name="Authentication Administrator",
        service="entra",
        privileged=True,
        marks=("T1",),
    ),
    RoleEntry(
        template_id="b0f54661-2d74-4c50-afa3-1ec803f12efe",
        name="Billing Administrator",
        service="entra",
    ),
    RoleEntry(
        template_id="892c5842-a9a6-463a-8041-72aa08ca3cf6",
        name="Cloud App Security Administrator",
        service="security",
    ),
    RoleEntry(
        template_id="17315797-102d-40b4-93e0-432062caca18",
        name="Compliance Administrator",
        service="security",
    ),
    RoleEntry(
        template_id="b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        name="Conditional Access Administrator",
        service="entra",
        privileged=True,
    ),
    RoleEntry(
        template_id="38a96431-2bdf-4b4c-8b6e-5d3d8abac1a4",
        name="Desktop Analytics Administrator",
        service="entra",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="8329153b-31d0-4727-b945-745eb3bc5f31",
        name="Domain Name Administrator",
        service="entra",
        privileged=True,
    ),
    RoleEntry(
        template_id="44367163-eba1-44c3-98af-f5787879f96a",
        name="Dynamics 365 Administrator",
        service="dynamics",
        administers="yes",
    ),
    RoleEntry(
        template_id="29232cdf-9323-42fd-ade2-1d097af3e4de",
        name="Exchange Administrator",
        service="exchange",
        administers="yes",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="be2f45a1-457d-42af-a067-6ec1fa63bc45",
        name="External Identity Provider Administrator",
        service="entra",
        privileged=True,
    ),
    RoleEntry(
        template_id="fdd7a751-b60b-444a-984c-02652fe8fa1c",
        name="Groups Administrator",
        service="entra",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="95e79109-95c0-4d8e-aee3-d01accf2d47b",
        name="Guest Inviter",
        service="entra",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
        name="Hybrid Identity Administrator",
        service="entra",
        privileged=True,
    ),
    RoleEntry(
        template_id="3a2c62db-5318-420d-8d74-23affee5d9d5",
        name="Intune Administrator",
        service="intune",
        administers="yes",
        privileged=True,
        marks=("T1",),
    ),
    RoleEntry(
        template_id="790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b",
        name="Message Center Reader",
        service="entra",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="2b745bdf-0803-4d80-aa65-822c4493daac",
        name="Office Apps Administrator",
        service="microsoft-365",
    ),
    RoleEntry(
        template_id="966707d0-3269-4727-9be2-8c3a10f19b9d",
        name="Password Administrator",
        service="entra",
    ),
    RoleEntry(
        template_id="a9ea8996-122f-4c74-9520-8edcd192826c",
        name="Power BI Administrator",
        service="power-platform",
        administers="yes",
    ),
    RoleEntry(
        template_id="11648597-926c-4cf3-9c36-bcebb0ba8dcc",
        name="Power Platform Administrator",
        service="power-platform",
        administers="yes",
    ),
    RoleEntry(
        template_id="644ef478-e28f-4e28-b9dc-3fdde9aa0b1f",
        name="Printer Administrator",
        service="entra",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="4a5d8f65-41da-4de4-8968-e035b65339cf",
        name="Reports Reader",
        service="entra",
    ),
    RoleEntry(
        template_id="194ae4cb-b126-40b2-bd5b-6091b380977d",
        name="Security Administrator",
        service="security",
        administers="yes",
        privileged=True,
    ),
    RoleEntry(
        template_id="5d6b6bb7-de71-4623-b4af-96380a352509",
        name="Security Reader",
        service="security",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
        name="SharePoint Administrator",
        service="sharepoint",
        administers="yes",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="69091246-20e8-4a56-aa4d-066075b2a7a8",
        name="Teams Administrator",
        service="teams",
        administers="yes",
    ),
    RoleEntry(
        template_id="fcf91098-03e3-41a9-b5ba-6f0ec8188a12",
        name="Teams Communications Support Specialist",
        service="teams",
        marks=("T1",),
    ),
    RoleEntry(
        template_id="11451d60-acb2-45eb-a7d6-43d0f0125c13",
        name="Windows 365 Administrator",
        service="windows",
        administers="yes",
    ),
)

"""The catalogue that is shipped: every service, and the offers that partners sell most.

Ids and names are published facts and the marks of their owner; staff can add more offers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A product family, the unit of administration."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """Something that can be bought, under its published offer id."""

    offer_id: str
    sku: str
    name: str
    service: str


SERVICES: tuple[ServiceEntry, ...] = (
    ServiceEntry(key="exchange", name="Exchange Online"),
    ServiceEntry(key="microsoft-365", name="Microsoft 365"),
    ServiceEntry(key="teams", name="Teams"),
    ServiceEntry(key="sharepoint", name="SharePoint and OneDrive"),
    ServiceEntry(key="dynamics", name="Dynamics 365"),
    ServiceEntry(key="power-platform", name="Power Platform"),
    ServiceEntry(key="project-visio", name="Project and Visio"),
    ServiceEntry(key="entra", name="Entra ID"),
    ServiceEntry(key="intune", name="Intune"),
    ServiceEntry(key="security", name="Security and compliance"),
    ServiceEntry(key="windows", name="Windows and Windows 365"),
    ServiceEntry(key="viva", name="Viva"),
    ServiceEntry(key="azure", name="Azure"),
    ServiceEntry(key="other", name="Other products"),
)

OFFERS: tuple[OfferEntry, ...] = (
    OfferEntry(
        offer_id="4b9405b0-7788-4568-add1-99614e613b69",
        sku="EXCHANGESTANDARD",
        name="Exchange Online (Plan 1)",
        service="exchange",
    ),
    OfferEntry(
        offer_id="19ec0d23-8335-4cbd-94ac-6050e30712fa",
        sku="EXCHANGEENTERPRISE",
        name="Exchange Online (Plan 2)",
        service="exchange",
    ),
    OfferEntry(
        offer_id="80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82",
        sku="EXCHANGEDESKLESS",
        name="Exchange Online Kiosk",
        service="exchange",
    ),
    OfferEntry(
        offer_id="3b555118-da6a-4418-894f-7df1e2096870",
        sku="O365_BUSINESS_ESSENTIALS",
        name="Microsoft 365 Business Basic",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="f245ecc8-75af-4f8e-b61f-27d8114de5f3",
        sku="O365_BUSINESS_PREMIUM",
        name="Microsoft 365 Business Standard",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        sku="SPB",
        name="Microsoft 365 Business Premium",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="cdd28e44-67e3-425e-be4c-737fab2899d3",
        sku="O365_BUSINESS",
        name="Microsoft 365 Apps for Business",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="c2273bd0-dff7-4215-9ef5-2c7bcfb06425",
        sku="OFFICESUBSCRIPTION",
        name="Microsoft 365 Apps for Enterprise",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="50f60901-3181-4b75-8a2c-4c8e4c1d5a72",
        sku="M365_F1_COMM",
        name="Microsoft 365 F1",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="66b55226-6b4f-492c-910c-a3b7a3c9d993",
        sku="SPE_F1",
        name="Microsoft 365 F3",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="05e9a617-0261-4cee-bb44-138d3ef5d965",
        sku="SPE_E3",
        name="Microsoft 365 E3",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        sku="SPE_E5",
        name="Microsoft 365 E5",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="6fd2c87f-b296-42f0-b197-1e91e994b900",
        sku="ENTERPRISEPACK",
        name="Office 365 E3",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="639dec6b-bb19-468b-871c-c5c441c4b0cb",
        sku="Microsoft_365_Copilot",
        name="Microsoft Copilot for Microsoft 365",
        service="microsoft-365",
    ),
    OfferEntry(
        offer_id="3ab6abff-666f-4424-bfb7-f0bc274ec7bc",
        sku="TEAMS_ESSENTIALS_AAD",
        name="Microsoft Teams Essentials (AAD Identity)",
        service="teams",
    ),
    OfferEntry(
        offer_id="7e31c0d9-9551-471d-836f-32ee72be4a01",
        sku="Microsoft_Teams_Enterprise_New",
        name="Microsoft Teams Enterprise",
        service="teams",
    ),
    OfferEntry(
        offer_id="e43b5b99-8dfb-405f-9987-dc307f34bcbd",
        sku="MCOEV",
        name="Microsoft Teams Phone Standard",
        service="teams",
    ),
    OfferEntry(
        offer_id="1fc08a02-8b3d-43b9-831e-f76859e04e1a",
        sku="SHAREPOINTSTANDARD",
        name="SharePoint Online (Plan 1)",
        service="sharepoint",
    ),
    OfferEntry(
        offer_id="2880026b-2b0c-4251-8656-5d41ff11e3aa",
        sku="DYN365_BUSCENTRAL_ESSENTIAL",
        name="Dynamics 365 Business Central Essentials",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="f991cecc-3f91-4cd0-a9a8-bf1c8167e029",
        sku="DYN365_BUSCENTRAL_PREMIUM",
        name="Dynamics 365 Business Central Premium",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="1e1a282c-9c54-43a2-9310-98ef728faace",
        sku="DYN365_ENTERPRISE_SALES",
        name="Dynamics 365 for Sales Enterprise Edition",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="1439b6e2-5d59-4873-8c59-d60e2a196e92",
        sku="DYN365_CUSTOMER_SERVICE_PRO",
        name="Dynamics 365 Customer Service Professional",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="55c9eb4e-c746-45b4-b255-9ab6b19d5c62",
        sku="DYN365_FINANCE",
        name="Dynamics 365 Finance",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="7ac9fe77-66b7-4e5e-9e46-10eed1cff547",
        sku="DYN365_TEAM_MEMBERS",
        name="Dynamics 365 Team Members",
        service="dynamics",
    ),
    OfferEntry(
        offer_id="f8a1db68-be16-40ed-86d5-cb42ce701560",
        sku="POWER_BI_PRO",
        name="Power BI Pro",
        service="power-platform",
    ),
    OfferEntry(
        offer_id="c1d032e0-5619-4761-9b5c-75b6831e1711",
        sku="PBI_PREMIUM_PER_USER",
        name="Power BI Premium Per User",
        service="power-platform",
    ),
    OfferEntry(
        offer_id="b30411f5-fea1-4a59-9ad9-3db7c7ead579",
        sku="POWERAPPS_PER_USER",
        name="Power Apps Premium",
        service="power-platform",
    ),
    OfferEntry(
        offer_id="eda1941c-3c4f-4995-b5eb-e85a42175ab9",
        sku="POWERAUTOMATE_ATTENDED_RPA",
        name="Power Automate Premium",
        service="power-platform",
    ),
    OfferEntry(
        offer_id="beb6439c-caad-48d3-bf46-0c82871e12be",
        sku="PROJECT_P1",
        name="Planner Plan 1",
        service="project-visio",
    ),
    OfferEntry(
        offer_id="53818b1b-4a27-454b-8896-0dba576410e6",
        sku="PROJECTPROFESSIONAL",
        name="Planner and Project Plan 3",
        service="project-visio",
    ),
    OfferEntry(
        offer_id="4b244418-9658-4451-a2b8-b5e2b364e9bd",
        sku="VISIOONLINE_PLAN1",
        name="Visio Plan 1",
        service="project-visio",
    ),
    OfferEntry(
        offer_id="c5928f49-12ba-48f7-ada3-0d743a3601d5",
        sku="VISIOCLIENT",
        name="Visio Plan 2",
        service="project-visio",
    ),
    OfferEntry(
        offer_id="078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
        sku="AAD_PREMIUM",
        name="Microsoft Entra ID P1",
        service="entra",
    ),
    OfferEntry(
        offer_id="84a661c4-e949-4bd2-a560-ed7766fcaf2b",
        sku="AAD_PREMIUM_P2",
        name="Microsoft Entra ID P2",
        service="entra",
    ),
    OfferEntry(
        offer_id="061f9ace-7d42-4136-88ac-31dc755f143f",
        sku="INTUNE_A",
        name="Intune",
        service="intune",
    ),
    OfferEntry(
        offer_id="efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
        sku="EMS",
        name="Enterprise Mobility + Security E3",
        service="intune",
    ),
    OfferEntry(
        offer_id="4ef96642-f096-40de-a3e9-d83fb2f90211",
        sku="ATP_ENTERPRISE",
        name="Microsoft Defender for Office 365 (Plan 1)",
        service="security",
    ),
    OfferEntry(
        offer_id="5e1e7702-a2b7-4360-8d07-2f515792896f",
        sku="MDE_SMB",
        name="Microsoft Defender for Business",
        service="security",
    ),
    OfferEntry(
        offer_id="6a0f6da5-0b87-4190-a6ae-9bb5a2b9546a",
        sku="WIN10_VDA_E3",
        name="Windows 10/11 Enterprise E3",
        service="windows",
    ),
    OfferEntry(
        offer_id="e2aebe6c-897d-480f-9d62-fff1381581f7",
        sku="CPC_E_2C_8GB_128GB",
        name="Windows 365 Enterprise 2 vCPU 8 GB 128 GB",
        service="windows",
    ),
    OfferEntry(
        offer_id="61902246-d7cb-453e-85cd-53ee28eec138",
        sku="VIVA",
        name="Microsoft Viva Suite",
        service="viva",
    ),
    OfferEntry(
        offer_id="cb2020b1-d8f6-41c0-9acd-8ff3d6d7831b",
        sku="MFA_STANDALONE",
        name="Microsoft Azure Multi-Factor Authentication",
        service="azure",
    ),
    OfferEntry(
        offer_id="9f3d9c1d-25a5-4aaa-8e59-23a1e6450a67",
        sku="UNIVERSAL_PRINT",
        name="Universal Print",
        service="other",
    ),
)

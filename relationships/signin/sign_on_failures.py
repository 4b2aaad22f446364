"""Why a sign-in by an identity provider came to nothing, for the person and for the admin."""

from django.utils.translation import gettext as _

from .openid import Problem
from .sources import Source


def sentence(problem: Problem, source: Source, detail: str = "") -> str:
    """What the person reads; it says nothing of whether there is an account."""
    words = {
        Problem.UNREACHABLE: _("The sign-in page of %(name)s does not answer at the moment."),
        Problem.NOT_A_PROVIDER: _("The sign-in of %(name)s is not set up right."),
        Problem.OTHER_ISSUER: _("The sign-in of %(name)s is not set up right."),
        Problem.TOKEN: _("What %(name)s answered could not be trusted."),
        Problem.REFUSED: _("%(name)s did not sign you in."),
        Problem.CANCELLED: _("You did not finish signing in at %(name)s."),
        Problem.EXPIRED: _(
            "This way of signing in began too long ago, or in another window. Begin anew."
        ),
        Problem.NO_ADDRESS: _("%(name)s did not say which e-mail address you have."),
        Problem.UNVERIFIED: _("%(name)s does not say that %(detail)s is verified as yours."),
        Problem.OTHER_DOMAIN: _("%(name)s cannot sign in %(detail)s, which is of another domain."),
        Problem.STAFF: _("The operator's staff do not sign in by %(name)s."),
        Problem.CLOSED: _("Signing in by %(name)s is turned off."),
        Problem.TOO_OFTEN: _("This was tried very often. Wait a few minutes."),
    }
    return words[problem] % {"name": source.name, "detail": detail}


def sentence_for_admin(problem: Problem, source: Source, detail: str = "") -> str:
    """What the global admin who tests reads: what to mend, and where."""
    words = {
        Problem.UNREACHABLE: _(
            "%(issuer)s gave no answer that can be used, or is inside a network. Check the issuer, "
            "and that the provider runs."
        ),
        Problem.NOT_A_PROVIDER: _(
            "There is no OpenID Connect configuration at "
            "%(issuer)s/.well-known/openid-configuration. Check the issuer."
        ),
        Problem.OTHER_ISSUER: _(
            "The provider calls itself %(detail)s. Enter the issuer exactly so, if it is yours."
        ),
        Problem.TOKEN: _(
            "The provider's answer could not be used: %(detail)s. Check client id and secret first."
        ),
        Problem.REFUSED: _(
            "The provider answered “%(detail)s”. Check whether it knows our address for answers."
        ),
        Problem.CANCELLED: _("You did not finish signing in at the provider."),
        Problem.EXPIRED: _("The test began too long ago, or in another window. Begin anew."),
        Problem.NO_ADDRESS: _(
            "The provider did not send an e-mail address. Let it send the claim “email”."
        ),
        Problem.UNVERIFIED: _(
            "The provider does not say that %(detail)s is verified. Let it send the claim "
            "“email_verified”, or “xms_edov” with Microsoft Entra."
        ),
        Problem.OTHER_DOMAIN: _(
            "The provider says that you are %(detail)s, which is not in your domain. Only "
            "addresses in your own primary domain can sign in by it."
        ),
        Problem.STAFF: _("The operator's staff do not sign in by it."),
        Problem.CLOSED: _("It is turned off."),
        Problem.TOO_OFTEN: _("This was tried often already. Wait a few minutes."),
    }
    detail = detail or _("it gives no reason")
    return words[problem] % {"issuer": source.issuer.rstrip("/"), "detail": detail}

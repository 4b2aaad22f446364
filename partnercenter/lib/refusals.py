"""The one exception by which a rule of the domain says no."""


class Refused(Exception):
    """A rule of the domain says no; the message is a translated sentence for people."""

"""
An identity provider for the tests of single sign-on: allauth's own, in a process of its own.

`python -m tests.identity_provider PORT FOLDER` serves it; `running` starts and ends it.
"""

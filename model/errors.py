"""What can go wrong in this package.

ModelError
├── BundleError        a bundle directory cannot be trusted or read
├── FeatureTableError  the table that names the features is wrong
├── DataError          a data file or an option about it is wrong
└── LibraryError       libxgboost is not there, or refuses what it is given

Every message names the thing that is wrong, what was found and what to do next.
"""


class ModelError(Exception):
    """Anything this package refuses, with a message for the person at the keyboard."""


class BundleError(ModelError):
    """A bundle directory cannot be trusted or read."""


class FeatureTableError(ModelError):
    """The table that names the features is wrong."""


class DataError(ModelError):
    """A data file, or an option about it, is wrong."""


class LibraryError(ModelError):
    """libxgboost is not there, or refuses what it is given."""

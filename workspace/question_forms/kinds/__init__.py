"""One module for each question kind, with its `FORM`. A kind without a module gets `generic.GenericForm`."""

"""Back up, restore and upgrade a site.

`making` writes one file with the database, the uploads and a manifest; `restoring` puts it into an empty place; `stores`
keeps the newest of several; `schedule` decides when one is due. `archive` knows the format of the file, `databases` the two
databases.
"""

"""Bureaus' folders on another party's SFTP server: the same folders and order, over a connection that may break."""

"""Bureaus' folders on this machine, where the SFTP server of `serve`, or any other program, puts their files."""

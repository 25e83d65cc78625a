"""The register's files: three formats, told apart by their content."""

"""The front door: bureaus over SFTP. The one place that knows asyncssh."""

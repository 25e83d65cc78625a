<?php
// A bureau that uses phpseclib, of either version in use: it puts a part and its GO and fetches an answer.
// Arguments: the version, then port, user, key, part, GO, answer, target.

error_reporting(E_ALL & ~E_DEPRECATED);
[, $version, $port, $user, $key, $part, $go, $answer, $target] = $argv;
if ($version === '2') {
    require 'phpseclib/autoload.php';
    $private = new phpseclib\Crypt\RSA();
    $private->loadKey(file_get_contents($key)) || exit("the key cannot be read\n");
    $sftp = new phpseclib\Net\SFTP('127.0.0.1', (int) $port, 30);
} else {
    require 'phpseclib3/autoload.php';
    $private = phpseclib3\Crypt\PublicKeyLoader::load(file_get_contents($key));
    $sftp = new phpseclib3\Net\SFTP('127.0.0.1', (int) $port, 30);
}

function done(bool $good, string $what): void
{
    global $sftp;
    if (!$good) {
        fwrite(STDERR, "$what failed: " . json_encode($sftp->getErrors()) . "\n");
        exit(1);
    }
}

done($sftp->login($user, $private), 'the log-in');
echo 'host key: ', explode(' ', $sftp->getServerPublicHostKey())[0], "\n";
$names = array_diff($sftp->nlist('/'), ['.', '..']);
sort($names);
echo 'root: ', implode(' ', $names), "\n";
echo 'IN: ', json_encode($sftp->is_dir('/IN')), ', ARCHIVE: ', json_encode($sftp->is_dir('/ARCHIVE')), "\n";
foreach ([$part, $go] as $file) {
    $name = '/IN/' . basename($file);
    done($sftp->put("$name.filepart", $file, 1), "put $name"); // 1: from a file
    done($sftp->rename("$name.filepart", $name), "rename $name");
}
done($sftp->get("/OUT/$answer", $target), "get $answer");
$sftp->disconnect();

<?php
// Sign a file with PHP, in each way it can: php sign.php KEY CERTIFICATE PART FOLDER
[, $key, $certificate, $part, $folder] = $argv;
[$key, $certificate] = ["file://$key", "file://$certificate"];

function cms(string $name, int $flags, int $encoding): void {
    global $key, $certificate, $part, $folder;
    openssl_cms_sign($part, "$folder/$name", $certificate, $key, [], $flags | OPENSSL_CMS_BINARY, $encoding)
        || exit(1);
}

// The older function writes a mail only: what is base64 in it is the signature.
function pkcs7(string $name, int $flags): void {
    global $key, $certificate, $part, $folder;
    openssl_pkcs7_sign($part, "$folder/mail", $certificate, $key, [], $flags | PKCS7_BINARY) || exit(1);
    $mail = str_replace("\r\n", "\n", file_get_contents("$folder/mail"));
    preg_match_all('~^[A-Za-z0-9+/=\n]{200,}$~m', $mail, $found);
    unlink("$folder/mail");
    file_put_contents("$folder/$name", end($found[0]));
}

cms("detached", OPENSSL_CMS_DETACHED, OPENSSL_ENCODING_DER);
cms("attached", 0, OPENSSL_ENCODING_DER);
cms("armour", OPENSSL_CMS_DETACHED, OPENSSL_ENCODING_PEM);
cms("without-certificate", OPENSSL_CMS_DETACHED | OPENSSL_CMS_NOCERTS, OPENSSL_ENCODING_DER);
cms("without-attributes", OPENSSL_CMS_DETACHED | OPENSSL_CMS_NOATTR, OPENSSL_ENCODING_DER);
pkcs7("mail-detached", PKCS7_DETACHED);
pkcs7("mail-attached", 0);

// Sign a file with node-forge, in each way it can: node sign.js KEY CERTIFICATE PART FOLDER
"use strict";

const fs = require("fs");
const path = require("path");
const forge = require("node-forge");

const [keyFile, certificateFile, partFile, folder] = process.argv.slice(2);
const { oids } = forge.pki;
const key = forge.pki.privateKeyFromPem(fs.readFileSync(keyFile, "utf8"));
const certificate = forge.pki.certificateFromPem(fs.readFileSync(certificateFile, "utf8"));
const part = fs.readFileSync(partFile).toString("binary");

function signed(detached, attributes) {
  const made = forge.pkcs7.createSignedData();
  made.content = forge.util.createBuffer(part, "raw");
  made.addCertificate(certificate);
  const authenticatedAttributes = attributes.map((type) => (
    type === oids.contentType ? { type, value: oids.data } : { type }
  ));
  made.addSigner({ key, certificate, digestAlgorithm: oids.sha256, authenticatedAttributes });
  made.sign({ detached });
  return made;
}

function write(name, text, encoding) {
  fs.writeFileSync(path.join(folder, name), Buffer.from(text, encoding));
}

const usual = [oids.contentType, oids.messageDigest, oids.signingTime];
const der = (made) => forge.asn1.toDer(made.toAsn1()).getBytes();
write("detached", der(signed(true, usual)), "binary");
write("attached", der(signed(false, usual)), "binary");
write("as-in-its-readme", der(signed(true, [oids.contentType, oids.signingTime, oids.messageDigest])), "binary");
write("without-attributes", der(signed(true, [])), "binary");
write("armour", forge.pkcs7.messageToPem(signed(true, usual)), "ascii");

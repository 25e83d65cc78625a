// A bureau that uses ssh2-sftp-client: it puts a part and its GO and fetches an answer.
// Arguments: port, user, key, part, GO, answer, target.

const fs = require("node:fs");
const path = require("node:path");
const Client = require("ssh2-sftp-client");

const [port, username, key, part, go, answer, target] = process.argv.slice(2);

async function main() {
  const sftp = new Client();
  await sftp.connect({ host: "127.0.0.1", port: Number(port), username, privateKey: fs.readFileSync(key), readyTimeout: 30000 });
  const names = (await sftp.list("/")).map((entry) => entry.name).sort();
  console.log(`root: ${names.join(" ")}`);
  console.log(`IN: ${await sftp.exists("/IN") === "d"}, ARCHIVE: ${await sftp.exists("/ARCHIVE")}`);
  for (const file of [part, go]) {
    const name = `/IN/${path.basename(file)}`;
    await sftp.put(file, `${name}.filepart`);
    await sftp.rename(`${name}.filepart`, name);
  }
  await sftp.fastGet(`/OUT/${answer}`, target);
  await sftp.end();
}

main().catch((refused) => {
  console.error(refused.message);
  process.exitCode = 1;
});

// A bureau that uses JSch: it puts a part and its GO and fetches an answer. Arguments: port, user, key, part, GO, answer, target.

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import java.nio.file.Path;
import java.util.TreeSet;

class Bureau {
    public static void main(String[] told) throws Exception {
        JSch jsch = new JSch();
        jsch.addIdentity(told[2]);
        Session session = jsch.getSession(told[1], "127.0.0.1", Integer.parseInt(told[0]));
        session.setConfig("StrictHostKeyChecking", "no");
        session.setConfig("PreferredAuthentications", "publickey");
        session.connect(30_000);
        System.out.println("host key: " + session.getHostKey().getType());
        ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
        sftp.connect(30_000);
        TreeSet<String> names = new TreeSet<>();
        for (Object entry : sftp.ls("/")) {
            names.add(((ChannelSftp.LsEntry) entry).getFilename());
        }
        names.remove(".");
        names.remove("..");
        System.out.println("root: " + String.join(" ", names));
        System.out.println("IN: " + isFolder(sftp, "/IN") + ", ARCHIVE: " + isFolder(sftp, "/ARCHIVE"));
        for (String file : new String[] {told[3], told[4]}) {
            String name = "/IN/" + Path.of(file).getFileName();
            sftp.put(file, name + ".filepart", ChannelSftp.OVERWRITE);
            sftp.rename(name + ".filepart", name);
        }
        sftp.get("/OUT/" + told[5], told[6]);
        session.disconnect();
    }

    private static boolean isFolder(ChannelSftp sftp, String path) throws SftpException {
        try {
            return sftp.stat(path).isDir();
        } catch (SftpException refused) {
            if (refused.id == ChannelSftp.SSH_FX_NO_SUCH_FILE) {
                return false;
            }
            throw refused;
        }
    }
}

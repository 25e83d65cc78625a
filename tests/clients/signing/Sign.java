// Sign a file with BouncyCastle, in each way it can: java -cp BOUNCYCASTLE Sign.java KEY CERTIFICATE PART FOLDER

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public class Sign {
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
    private static PrivateKey key;
    private static X509CertificateHolder certificate;
    private static byte[] part;

    public static void main(String[] words) throws Exception {
        key = new JcaPEMKeyConverter().setProvider(PROVIDER).getPrivateKey((PrivateKeyInfo) read(words[0]));
        certificate = (X509CertificateHolder) read(words[1]);
        part = Files.readAllBytes(Path.of(words[2]));
        Path folder = Path.of(words[3]);
        boolean rsa = key.getAlgorithm().equals("RSA");
        String usual = rsa ? "SHA256withRSA" : "SHA256withECDSA";
        for (String method : rsa ? List.of(usual, "SHA512withRSAandMGF1") : List.of(usual, "SHA512withECDSA")) {
            for (boolean attached : new boolean[] {false, true}) {
                String name = method + (attached ? "-attached" : "-detached");
                Files.write(folder.resolve(name), whole(method, attached, false).getEncoded());
                Files.write(folder.resolve(name + "-der"), whole(method, attached, false).getEncoded("DER"));
                Files.write(folder.resolve(name + "-streamed"), streamed(method, attached));
            }
        }
        Files.write(folder.resolve("without-attributes"), whole(usual, false, true).getEncoded());
        Files.write(folder.resolve("by-key-identifier"), new CMSSignedData(byKey(usual)).getEncoded());
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(whole(usual, false, false).toASN1Structure());
        }
        Files.writeString(folder.resolve("armour"), text.toString());
    }

    private static Object read(String file) throws Exception {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(Path.of(file))))) {
            return parser.readObject();
        }
    }

    private static SignerInfoGeneratorBuilder builder() throws Exception {
        return new SignerInfoGeneratorBuilder(
                new JcaDigestCalculatorProviderBuilder().setProvider(PROVIDER).build());
    }

    private static SignerInfoGenerator signer(String method, boolean direct) throws Exception {
        return builder().setDirectSignature(direct)
                .build(new JcaContentSignerBuilder(method).setProvider(PROVIDER).build(key), certificate);
    }

    private static CMSSignedData whole(String method, boolean attached, boolean direct) throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(signer(method, direct));
        generator.addCertificate(certificate);
        return generator.generate(new CMSProcessableByteArray(part), attached);
    }

    private static byte[] byKey(String method) throws Exception {
        byte[] identifier = org.bouncycastle.asn1.x509.SubjectKeyIdentifier
                .fromExtensions(certificate.getExtensions()).getKeyIdentifier();
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
                builder().build(new JcaContentSignerBuilder(method).setProvider(PROVIDER).build(key), identifier));
        return generator.generate(new CMSProcessableByteArray(part), false).getEncoded();
    }

    private static byte[] streamed(String method, boolean attached) throws Exception {
        CMSSignedDataStreamGenerator generator = new CMSSignedDataStreamGenerator();
        generator.addSignerInfoGenerator(signer(method, false));
        generator.addCertificate(certificate);
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (OutputStream content = generator.open(made, attached)) {
            content.write(part);
        }
        return made.toByteArray();
    }
}

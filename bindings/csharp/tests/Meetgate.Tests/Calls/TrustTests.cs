using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Whom a client trusts over HTTPS.</summary>
public static class TrustTests
{
    [Fact]
    public static void A_private_authority_is_trusted_where_its_file_is_given()
    {
        using var folder = new Folder();
        using RSA key = RSA.Create(2048);
        using X509Certificate2 authority = Authority(key);
        File.WriteAllText(folder.File("ca.pem"), authority.ExportCertificatePem());
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Serve(listener, Certificate(authority));
        var url = new Uri("https://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port);

        using var strange = new AvdClient(new AvdClientOptions { BaseUrl = url, Token = "t" });
        Assert.Throws<MeetgateTlsException>(() => strange.Room.List());
        var tls = new Tls { CaFile = folder.File("ca.pem") };
        using var trusting = new AvdClient(new AvdClientOptions { BaseUrl = url, Token = "t", Tls = tls });
        Assert.Equal(0, trusting.Room.List().Ret);
        using var same = new AvdClient(baseUrl: url.OriginalString, token: "t", tls: tls);
        Assert.Equal(0, same.Room.List().Ret);
    }

    private static X509Certificate2 Authority(RSA key)
    {
        var request = new CertificateRequest("CN=a private authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
    }

    private static X509Certificate2 Certificate(X509Certificate2 authority)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=a server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(
            authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>One request on each connection.</summary>
    private static async Task Serve(TcpListener listener, X509Certificate2 certificate)
    {
        while (true)
        {
            try
            {
                using TcpClient connection = await listener.AcceptTcpClientAsync();
                using var stream = new SslStream(connection.GetStream());
                await stream.AuthenticateAsServerAsync(certificate);
                _ = await stream.ReadAsync(new byte[4096]);
                string head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Scripted.Success.Length}\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "Connection: close\r\n\r\n" + Scripted.Success));
            }
            catch (Exception problem) when (problem is IOException or System.Security.Authentication.AuthenticationException)
            {
                // It did not like the certificate.
            }
        }
    }
}

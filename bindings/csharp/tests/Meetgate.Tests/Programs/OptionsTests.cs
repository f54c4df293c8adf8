using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Options of clients: filled by a program, or bound from its configuration.</summary>
public static class OptionsTests
{
    private static readonly Type[] Classes = [typeof(AvdClientOptions), typeof(HstClientOptions), typeof(
        YoumeClientOptions)];

    [Fact]
    public static void A_client_is_made_from_options()
    {
        using var sandbox = new Sandbox();
        var options = new AvdClientOptions
        {
            BaseUrl = new Uri(sandbox.Url),
            AccessKey = Sandbox.Key(sandbox.Avd, "access_key"),
            SecretKey = Sandbox.Key(sandbox.Avd, "secret_key"),
            Timeout = TimeSpan.FromSeconds(20),
            HttpMethod = AvdHttpMethod.Auto,
        };
        using var avd = new AvdClient(options);
        // What comes later is not looked at.
        options.BaseUrl = null;
        options.SecretKey = "another";
        Assert.Equal("周会", avd.Room.Read("12345123456").Data!.Topic);
        using var hst = new HstClient(new HstClientOptions
        {
            BaseUrl = new Uri(sandbox.Url),
            DevId = Sandbox.Key(sandbox.Hst, "dev_id"),
            DevSecret = Sandbox.Key(sandbox.Hst, "dev_secret"),
        });
        Assert.NotEmpty(hst.Access.Token().AccessToken!);
        using var youme = new YoumeClient(new YoumeClientOptions
        {
            BaseUrl = new Uri(sandbox.Url),
            AppKey = Sandbox.Key(sandbox.Youme, "app_key"),
            AppSecret = Sandbox.Key(sandbox.Youme, "app_secret"),
            RestApiKey = Sandbox.Key(sandbox.Youme, "rest_api_key"),
        });
        Assert.Equal("OK", youme.CountQosByDay("20191210").Status);
    }

    [Fact]
    public static async Task Options_take_providers()
    {
        using var server = new Scripted(Scripted.Success);
        var plain = new AvdClientOptions { BaseUrl = new Uri(server.Url), TokenProvider = _ => "plain" };
        using (var avd = new AvdClient(plain))
        {
            avd.Room.List();
        }
        using (var avd = new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url),
            AsyncTokenProvider = async (_, token) =>
            {
                await Task.Delay(1, token);
                return "awaited";
            },
        }))
        {
            await avd.Room.ListAsync();
        }
        Assert.Equal(1, server.Count("token=plain"));
        Assert.Equal(1, server.Count("token=awaited"));
        var problem = Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url),
            TokenProvider = _ => "plain",
            AsyncTokenProvider = (_, _) => Task.FromResult<ProvidedToken>("awaited"),
        }));
        Assert.Contains("one token provider", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Options_that_cannot_be_right()
    {
        Refused("base_url", new AvdClientOptions());
        Refused(
            "timeout_ms", new AvdClientOptions { BaseUrl = new Uri("http://h"), Token = "t", Timeout = TimeSpan.Zero });
        Refused(
            "token_timeout_ms",
            new AvdClientOptions { BaseUrl = new Uri("http://h"), Token = "t", TokenTimeout = TimeSpan.MaxValue });
        Refused("base_url", new AvdClientOptions { BaseUrl = new Uri("ftp://h"), Token = "t" });
        Refused("max_attempts", new AvdClientOptions { BaseUrl = new Uri("http://h"), Token = "t", MaxAttempts = 11 });
        Refused(
            "/no/such/ca.pem",
            new AvdClientOptions { BaseUrl = new Uri("https://h"), Token = "t", Tls = new Tls { CaFile = "/no/such/ca.pem" } });
        Refused("base_url", new AvdClientOptions { BaseUrl = new Uri("/only/a/path", UriKind.Relative), Token = "t" });

        static void Refused(string key, AvdClientOptions options) => Assert.Contains(
            key, Assert.Throws<MeetgateInvalidConfigException>(
                () => new AvdClient(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Options_are_bound_from_configuration_as_they_are()
    {
        IConfigurationRoot configuration = Configured(new Dictionary<string, string?>
        {
            ["Avd:BaseUrl"] = "http://10.0.0.5:9609",
            ["Avd:AccessKey"] = "a",
            ["Avd:SecretKey"] = "s",
            ["Avd:Timeout"] = "00:00:10.5",
            ["Avd:TokenTimeout"] = "00:00:03",
            ["Avd:HttpMethod"] = "post",
            ["Avd:UploadToken"] = "false",
            ["Avd:MaxReplyBytes"] = "4096",
            ["Avd:TokenStore:File"] = "/var/lib/gateway/tokens",
            ["Avd:TokenStore:Degrade"] = "true",
            ["Avd:Tls:CaFile"] = "/etc/ssl/private-ca.pem",
            ["Avd:AttemptTimeout"] = "00:00:02",
            ["Avd:MaxAttempts"] = "5",
        });
        AvdClientOptions options = configuration.GetSection("Avd").Get<AvdClientOptions>()!;
        Assert.Equal(new Uri("http://10.0.0.5:9609"), options.BaseUrl);
        Assert.Equal(("a", "s"), (options.AccessKey, options.SecretKey));
        Assert.Equal(TimeSpan.FromSeconds(10.5), options.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(3), options.TokenTimeout);
        Assert.Equal(AvdHttpMethod.Post, options.HttpMethod);
        Assert.False(options.UploadToken);
        Assert.Equal(4096, options.MaxReplyBytes);
        Assert.Equal("/var/lib/gateway/tokens", options.TokenStore!.File);
        Assert.True(options.TokenStore.Degrade);
        Assert.Equal("/etc/ssl/private-ca.pem", options.Tls!.CaFile);
        Assert.Equal((TimeSpan.FromSeconds(2), 5), (options.AttemptTimeout, options.MaxAttempts));
        Assert.Null(options.Token);
        Assert.Null(options.ConnectTimeout);
    }

    [Fact]
    public static void A_host_makes_its_client_from_its_configuration()
    {
        using var server = new Scripted(Scripted.Success);
        IConfigurationRoot configuration = Configured(new Dictionary<string, string?>
        {
            ["Meetgate:Avd:BaseUrl"] = server.Url,
            ["Meetgate:Avd:Token"] = "from-configuration",
            ["Meetgate:Avd:UserAgent"] = "host",
        });
        var services = new ServiceCollection();
        services.Configure<AvdClientOptions>(configuration.GetSection("Meetgate:Avd"));
        services.AddSingleton(
            provider => new AvdClient(provider.GetRequiredService<IOptions<AvdClientOptions>>().Value));
        AvdClient avd;
        using (ServiceProvider provider = services.BuildServiceProvider())
        {
            avd = provider.GetRequiredService<AvdClient>();
            avd.Room.List();
        }
        Assert.Equal(1, server.Count("token=from-configuration"));
        Assert.Throws<ObjectDisposedException>(() => avd.Room.List());
    }

    [Fact]
    public static void Neither_text_nor_debugger_nor_serializer_shows_a_secret()
    {
        Assert.All(Classes.Append(typeof(TokenStore)).Append(typeof(Tls)), type =>
        {
            object options = Filled(type, out string[] secrets);
            Assert.NotEmpty(secrets);
            string json = JsonSerializer.Serialize(options, type);
            string debugged = string.Concat(type.GetProperties()
                .Where(property => property.GetCustomAttribute<System.Diagnostics.DebuggerBrowsableAttribute>() == null)
                .Select(property => property.GetValue(options)?.ToString()));
            Assert.All(secrets, secret =>
            {
                Assert.DoesNotContain(secret, options.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(secret, json, StringComparison.Ordinal);
                Assert.DoesNotContain(secret, debugged, StringComparison.Ordinal);
            });
            Assert.Contains("***", json, StringComparison.Ordinal);
            Assert.Contains("***", options.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public static void Options_are_read_from_json()
    {
        AvdClientOptions options = JsonSerializer.Deserialize<AvdClientOptions>(
            """
            {"BaseUrl":"http://h:1","AccessKey":"a","SecretKey":"s","Timeout":"00:00:05","Validate":false,
             "TokenStore":{"Redis":"redis://h","Prefix":"p"}}
            """)!;
        Assert.Equal(new Uri("http://h:1"), options.BaseUrl);
        Assert.Equal("s", options.SecretKey);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Timeout);
        Assert.False(options.Validate);
        Assert.Equal(("redis://h", "p"), (options.TokenStore!.Redis, options.TokenStore.Prefix));
        string written = JsonSerializer.Serialize(options);
        Assert.Contains("\"SecretKey\":\"***\"", written, StringComparison.Ordinal);
        Assert.Contains("\"Timeout\":\"00:00:05\"", written, StringComparison.Ordinal);
        AvdClientOptions again = JsonSerializer.Deserialize<AvdClientOptions>(written)!;
        Assert.Equal(options.BaseUrl, again.BaseUrl);
        Assert.Equal("***", again.SecretKey);
    }

    [Fact]
    public static void Options_have_a_property_for_every_key_and_every_argument_of_the_constructor()
    {
        foreach ((Type type, string platform) in Classes.Zip(["avd", "hst", "youme"]))
        {
            Type client = typeof(MeetgateClient).Assembly.GetType($"Meetgate.{ByName.Pascal(platform)}Client")!;
            string[] arguments = [.. client.GetConstructors().MaxBy(
                made => made.GetParameters().Length)!.GetParameters()
                .Select(parameter => parameter.Name!)
                .Select(name => name.EndsWith("Ms", StringComparison.Ordinal) ? name[..^2] : name)
                .Select(name => char.ToUpperInvariant(name[0]) + name[1..])
                .Order()];
            PropertyInfo[] properties = type.GetProperties();
            Assert.Equal(arguments, properties.Select(property => property.Name).Order());
            Assert.All(properties, property => Assert.True(property.CanRead && property.CanWrite));
            Assert.NotNull(type.GetConstructor([]));
        }
    }

    [Fact]
    public static async Task Options_of_the_network_and_of_tls_reach_the_library()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url.Replace("127.0.0.1", "meet.example", StringComparison.Ordinal)),
            Token = "t",
            Resolve = new JsonObject { ["meet.example"] = "127.0.0.1" },
            Headers = new JsonObject { ["X-Gateway-Key"] = "hunter2" },
            Bind = "127.0.0.1",
            IpVersion = "4",
            MaxIdleConnections = 0,
            Tls = new Tls { Roots = "system", MinVersion = "1.3", Insecure = true, InsecureReason = "a laboratory" },
        });
        avd.Room.List();
        await Soon.Ends(avd.Room.ListAsync());
        ClientInfo info = avd.Info();
        Assert.Equal("127.0.0.1", info.Bind);
        Assert.Equal("4", info.IpVersion);
        Assert.Null(info.Proxy);
        Assert.Equal("system", info.Tls!.Roots);
        Assert.Equal("1.3", info.Tls.MinVersion);
        Assert.Equal("a laboratory", info.Tls.Insecure);
        Assert.Equal(false, info.Tls.ClientCertificate);
        Assert.Equal(0, info.Tls.Pins);
        Assert.Equal(0, info.Tls.Authorities);
        Assert.Null(info.Tls.ServerName);
        Assert.Equal(0, avd.Stats().ConnectionsReused);

        using var behind = new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url), Token = "t", Proxy = "socks5h://u:hunter2@127.0.0.1:1", MaxAttempts = 1,
        });
        Assert.Equal("socks5h://127.0.0.1:1", behind.Info().Proxy!.Address);
        Assert.Equal("proxy", behind.Info().Proxy!.Source);
        var problem = Assert.Throws<MeetgateNetworkException>(() => behind.Room.List());
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);

        var refused = Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url), Token = "t", Tls = new Tls { Insecure = true },
        }));
        Assert.Contains("insecure_reason", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Headers_are_not_shown()
    {
        var options = new AvdClientOptions { Headers = new JsonObject { ["X-Gateway-Key"] = "hunter2" } };
        Assert.Equal("""{"headers":"***"}""", options.ToString());
        string written = JsonSerializer.Serialize(options);
        Assert.Contains("\"Headers\":\"***\"", written, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", written, StringComparison.Ordinal);
        var read = JsonSerializer.Deserialize<AvdClientOptions>("""{"Headers":{"X-Gateway-Key":"k"}}""");
        Assert.Equal("k", (string?)read!.Headers!["X-Gateway-Key"]);
    }

    private static IConfigurationRoot Configured(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    /// <summary>With another text in each property that holds one.</summary>
    private static object Filled(Type type, out string[] secrets)
    {
        object options = Activator.CreateInstance(type)!;
        PropertyInfo[] texts = [.. type.GetProperties().Where(property => property.PropertyType == typeof(string))];
        foreach (PropertyInfo property in texts)
        {
            property.SetValue(options, "value-of-" + property.Name);
        }
        string[] names = ["SecretKey", "Token", "DevSecret", "AppSecret", "RestApiKey", "Redis", "Proxy", "ClientKeyPem"];
        secrets = [.. texts.Where(property => names.Contains(property.Name))
            .Select(property => (string)property.GetValue(options)!)];
        return options;
    }
}

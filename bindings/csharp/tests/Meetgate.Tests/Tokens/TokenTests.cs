using System;
using System.Globalization;
using System.IO;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// Tokens given, fetched and stored. What a client does with its token stands in tests/fixtures/tokens.toml, for all
/// languages.
/// </summary>
public static class TokenTests
{
    /// <summary>Of the sandbox's world.</summary>
    private const string Application = "8f14e45fceea467a9f36dedd4bea2543";

    [Fact]
    public static void Info_tells_everything_of_a_token_but_the_token()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        using var hst = new HstClient(sandbox.Hst);
        using var youme = new YoumeClient(sandbox.Youme);
        ClientInfo before = avd.Info();
        Assert.Equal("avd", before.Platform);
        Assert.Equal(sandbox.Url, before.BaseUrl);
        Assert.Equal("fetched", before.Token!.Source);
        Assert.Equal(0, before.Token.Generation);
        Assert.Null(before.Token.Age);
        Assert.Null(before.Token.Store);
        Assert.Null(before.ClockOffset);

        string token = avd.App.GetToken().Token!;
        ClientInfo after = avd.With(new CallOptions { Timeout = TimeSpan.FromSeconds(9) }).Info();
        Assert.Equal(1, after.Token!.Generation);
        Assert.InRange(after.Token.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        // avd does not say how long it lives.
        Assert.Null(after.Token.ExpiresIn);
        Assert.Null(after.Token.Warning);
        Assert.NotEmpty(token);
        Assert.DoesNotContain(token, after.ToString() + after.RawText, StringComparison.Ordinal);

        string second = hst.Access.Token().AccessToken!;
        ClientInfo.TokenInfo known = hst.Info().Token!;
        Assert.Equal(1, known.Generation);
        Assert.InRange(known.ExpiresIn!.Value, TimeSpan.FromSeconds(7000), TimeSpan.FromSeconds(7200));
        Assert.NotEmpty(second);
        Assert.DoesNotContain(second, hst.Info().RawText, StringComparison.Ordinal);

        youme.CountQosByDay(queryDate: "20191210");
        Assert.Null(youme.Info().Token);
        Assert.Equal(TimeSpan.Zero, youme.Info().ClockOffset);
    }

    [Fact]
    public static void An_address_that_is_discovered_is_not_known_yet()
    {
        using var hst = new HstClient(devId: "d", devSecret: "0123456789abcdef");
        Assert.Null(hst.Info().BaseUrl);
    }

    [Fact]
    public static void A_store_in_a_folder_keeps_the_token_for_others()
    {
        using var folder = new Folder();
        using var sandbox = new Sandbox("--control");
        var store = new TokenStore { File = Path.Combine(folder.Path, "会议 tokens") };
        for (int i = 0; i < 2; i++)
        {
            using var avd = new AvdClient(
                baseUrl: sandbox.Url,
                accessKey: Sandbox.Key(sandbox.Avd, "access_key"),
                secretKey: Sandbox.Key(sandbox.Avd, "secret_key"),
                tokenStore: store);
            using var hst = new HstClient(
                baseUrl: sandbox.Url,
                devId: Sandbox.Key(sandbox.Hst, "dev_id"),
                devSecret: Sandbox.Key(sandbox.Hst, "dev_secret"),
                tokenStore: store);
            avd.Room.List();
            hst.App.Update(appId: Application, appName: "周会");
            Assert.Equal("file", avd.Info().Token!.Store);
            Assert.Equal("file", hst.Info().Token!.Store);
        }
        Assert.Equal(1, sandbox.Count("avd.app.get_token"));
        Assert.Equal(1, sandbox.Count("hst.access.token"));
    }

    [Fact]
    public static void Stores_that_cannot_be_right()
    {
        // The address of a redis server may hold a password.
        Assert.Equal(
            """{"redis":"***","prefix":"p","degrade":true}""",
            new TokenStore { Redis = "redis://h", Prefix = "p", Degrade = true }.ToString());
        Refused("redis://", () => Keyed(new TokenStore { Redis = "http://h" }));
        foreach (string platform in new[] { "avd", "hst" })
        {
            Refused("did you mean \"token_store.file\"?", () => Make(platform, """{"fiel":"/tmp/x"}"""));
            Refused("degrade", () => Make(platform, """{"file":"/tmp/x","degrade":true}"""));
            Refused("token_store", () => Make(platform, "\"/tmp/x\""));
        }
        Refused("token_store", () => Keyed(new TokenStore()));
        Refused(
            "token_store",
            () => new AvdClient(baseUrl: "http://h", token: "t", tokenStore: new TokenStore { File = "/tmp/x" }));

        static AvdClient Keyed(TokenStore store) => new(
            baseUrl: "http://h", accessKey: "a", secretKey: "s", tokenStore: store);
        static MeetgateClient Make(string platform, string store) => platform == "avd"
            ? new AvdClient($$"""{"base_url":"http://h","access_key":"a","secret_key":"s","token_store":{{store}}}""")
            : new HstClient($$"""{"dev_id":"d","dev_secret":"0123456789abcdef","token_store":{{store}}}""");
    }

    [Fact]
    public static void A_fixed_token_is_replaced()
    {
        using var sandbox = new Sandbox("--control");
        using var issuer = new AvdClient(sandbox.Avd);
        using var avd = new AvdClient(baseUrl: sandbox.Url, token: issuer.App.GetToken().Token);
        Assert.Equal("fixed", avd.Info().Token!.Source);
        avd.Room.List();
        sandbox.ExpireTokens();
        Assert.Throws<MeetgateTokenDeadException>(() => avd.Room.List());
        avd.SetToken(issuer.App.GetToken().Token!);
        avd.Room.List();
        Assert.Equal(2, avd.Info().Token!.Generation);

        Not("half of a surrogate pair", () => avd.SetToken("\ud83d"));
        Not("printable ASCII", () => avd.SetToken("会议"));
        Not("NUL", () => avd.SetToken("a\0b"));
        Not("printable ASCII", () => avd.SetToken(""));
        avd.Room.List();
    }

    [Fact]
    public static void Signatures_without_a_client()
    {
        HstUserTokenReply user = Signing.HstUserToken(
            appId: "a92b622559266609176621caf44f5857",
            appSecret: "1234567890123456",
            timestamp: DateTimeOffset.FromUnixTimeMilliseconds(1575962150000),
            random: 42);
        Assert.Equal(
            "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A"
            + "/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL",
            user.UserToken);
        string drawn = Signing.HstUserToken(
            "a", "1234567890123456", groupId: "组", userId: "u", expireTime: 7).UserToken!;
        Assert.StartsWith("001", drawn, StringComparison.Ordinal);
        Assert.NotEqual(drawn, Signing.HstUserToken("a", "1234567890123456", "组", "u", 7).UserToken);
        Not("16 bytes", () => Signing.HstUserToken("a", "short"));
        Not("random", () => Signing.HstUserToken("a", "1234567890123456", random: -1));
        Not("surrogate", () => Signing.HstUserToken("\ud83d", "1234567890123456"));

        YoumeUserTokenReply login = Signing.YoumeUserToken(appKey: "appkey", restApiKey: "restapikey", userId: "u1001");
        Assert.Equal("20925236e642d4b5cec89a12be848104d001153d", login.UserToken);
        Assert.Equal(
            "3cb7785996443fee6b13273df366a15026ae5e97", Signing.YoumeUserToken("appkey", "restapikey", "张三").UserToken);
        Not("user_id", () => Signing.YoumeUserToken("appkey", "restapikey", ""));

        YoumeChecksumReply checksum = Signing.YoumeChecksum(
            appSecret: "appsecret", restApiKey: "restapikey", curtime: DateTimeOffset.FromUnixTimeSeconds(1575962150));
        Assert.Equal("ce676fea59cd36616466e14f1d1abd337ae2e100", checksum.Checksum);
        Assert.Equal("1575962150", checksum.Curtime);
        YoumeChecksumReply now = Signing.YoumeChecksum("appsecret", "restapikey");
        var then = DateTimeOffset.FromUnixTimeSeconds(long.Parse(now.Curtime!, CultureInfo.InvariantCulture));
        Assert.Equal(now.Checksum, Signing.YoumeChecksum("appsecret", "restapikey", then).Checksum);
        Assert.InRange(DateTimeOffset.UtcNow - then, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
    }

    private static void Refused(string part, Func<object> act) => Assert.Contains(
        part, Assert.Throws<MeetgateInvalidConfigException>(act).Message, StringComparison.Ordinal);

    private static void Not(string part, Action act) => Assert.Contains(
        part, Assert.Throws<MeetgateInvalidArgumentException>(act).Message, StringComparison.Ordinal);

    private static void Not(string part, Func<object> act) => Not(part, () => { act(); });
}

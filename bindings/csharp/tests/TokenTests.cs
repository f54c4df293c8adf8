using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate.Tests
{
    /// <summary>
    /// Tokens given or provided by the program, as only C# does it. What a client does with its token stands in
    /// tests/fixtures/tokens.toml, for all languages.
    /// </summary>
    [Tests]
    internal static class TokenTests
    {
        /// <summary>Of the sandbox's world.</summary>
        private const string Application = "8f14e45fceea467a9f36dedd4bea2543";

        public static void Info_tells_everything_of_a_token_but_the_token()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            using (var hst = new HstClient(sandbox.Hst))
            using (var youme = new YoumeClient(sandbox.Youme))
            {
                ClientInfo before = avd.Info();
                Check.Equal("avd", before.Platform);
                Check.Equal(JsonValue.Parse(sandbox.Avd)["base_url"].AsText(), before.BaseUrl);
                Check.Equal("fetched", before.Token.Source);
                Check.Equal(0, before.Token.Generation);
                Check.Equal(null, before.Token.AgeMs);
                Check.Equal(null, before.Token.Store);
                Check.Equal(null, before.ClockOffsetS);

                string token = avd.App.GetToken().Token;
                ClientInfo after = avd.With(new CallOptions { TimeoutMs = 9000 }).Info();
                Check.Equal(1, after.Token.Generation);
                Check.True(after.Token.AgeMs >= 0 && after.Token.AgeMs < 60000, "an age of " + after.Token.AgeMs);
                // avd does not say how long it lives.
                Check.Equal(null, after.Token.ExpiresInMs);
                Check.Equal(null, after.Token.Warning);
                Check.True(token.Length > 0 && !after.ToString().Contains(token), "the token is not there");

                string second = hst.Access.Token().AccessToken;
                ClientInfo.TokenInfo known = hst.Info().Token;
                Check.Equal(1, known.Generation);
                Check.True(known.ExpiresInMs > 7000000 && known.ExpiresInMs <= 7200000, "two hours");
                Check.True(second.Length > 0 && !hst.Info().Json.ToString().Contains(second), "the token is not there");

                youme.CountQosByDay(queryDate: "20191210");
                Check.Equal(null, youme.Info().Token);
                Check.Equal(0, youme.Info().ClockOffsetS);
            }
            using (var discovered = new HstClient(devId: "d", devSecret: "0123456789abcdef"))
            {
                Check.Equal(null, discovered.Info().BaseUrl);
                discovered.Dispose();
                Check.Throws<ObjectDisposedException>(() => discovered.Info());
            }
        }

        public static void A_store_in_a_folder_keeps_the_token_for_others()
        {
            using (var folder = new Folder())
            using (var sandbox = new Sandbox("--control"))
            {
                var store = new TokenStore { File = Path.Combine(folder.Path, "会议 tokens") };
                JsonValue keys = JsonValue.Parse(sandbox.Avd);
                JsonValue developer = JsonValue.Parse(sandbox.Hst);
                for (int i = 0; i < 2; i++)
                {
                    using (var avd = new AvdClient(
                        baseUrl: keys["base_url"].AsText(),
                        accessKey: keys["access_key"].AsText(),
                        secretKey: keys["secret_key"].AsText(),
                        tokenStore: store))
                    using (var hst = new HstClient(
                        baseUrl: developer["base_url"].AsText(),
                        devId: developer["dev_id"].AsText(),
                        devSecret: developer["dev_secret"].AsText(),
                        tokenStore: store))
                    {
                        avd.Room.List();
                        Rename(hst);
                        Check.Equal("file", avd.Info().Token.Store);
                        Check.Equal("file", hst.Info().Token.Store);
                    }
                }
                Check.Equal(1, sandbox.Count("avd.app.get_token"));
                Check.Equal(1, sandbox.Count("hst.access.token"));
            }
        }

        public static void Stores_that_cannot_be_right()
        {
            // The address of a redis server may hold a password.
            Check.Equal(
                "{\"redis\":\"***\",\"prefix\":\"p\",\"degrade\":true}",
                new TokenStore { Redis = "redis://h", Prefix = "p", Degrade = true }.ToString());
            Refused("redis://", () => new AvdClient(
                baseUrl: "http://h", accessKey: "a", secretKey: "s", tokenStore: new TokenStore { Redis = "http://h" }));
            foreach (string platform in new[] { "avd", "hst" })
            {
                Func<string, MeetgateClient> make = store => platform == "avd"
                    ? new AvdClient("{\"base_url\":\"http://h\",\"access_key\":\"a\",\"secret_key\":\"s\",\"token_store\":" + store + "}")
                    : (MeetgateClient)new HstClient(
                        "{\"dev_id\":\"d\",\"dev_secret\":\"0123456789abcdef\",\"token_store\":" + store + "}");
                Refused("did you mean \"token_store.file\"?", () => make("{\"fiel\":\"/tmp/x\"}"));
                Refused("degrade", () => make("{\"file\":\"/tmp/x\",\"degrade\":true}"));
                Refused("token_store", () => make("\"/tmp/x\""));
            }
            Refused("token_store", () => new AvdClient(baseUrl: "http://h", accessKey: "a", secretKey: "s", tokenStore: new TokenStore()));
            Refused("token_store", () => new AvdClient(baseUrl: "http://h", token: "t", tokenStore: new TokenStore { File = "/tmp/x" }));
        }

        public static void A_fixed_token_is_replaced()
        {
            using (var sandbox = new Sandbox("--control"))
            using (var issuer = new AvdClient(sandbox.Avd))
            {
                string url = JsonValue.Parse(sandbox.Avd)["base_url"].AsText();
                using (var avd = new AvdClient(baseUrl: url, token: issuer.App.GetToken().Token))
                {
                    Check.Equal("fixed", avd.Info().Token.Source);
                    avd.Room.List();
                    sandbox.ExpireTokens();
                    Check.Throws<MeetgateTokenDeadException>(() => avd.Room.List());
                    avd.SetToken(issuer.App.GetToken().Token);
                    avd.Room.List();
                    Check.Equal(2, avd.Info().Token.Generation);

                    Not("printable ASCII", () => avd.SetToken("\ud83d"));
                    Not("token is NULL", () => avd.SetToken(null));
                    Not("NUL", () => avd.SetToken("a\0b"));
                    avd.Room.List();
                    avd.Dispose();
                    Check.Throws<ObjectDisposedException>(() => avd.SetToken("t"));
                }
            }
        }

        public static void A_provider_that_throws_fails_the_call_and_is_its_cause()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            {
                var away = new TimeoutException("主机 is away");
                Func<string, ProvidedToken> provider = dead => { throw away; };
                using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: provider))
                {
                    var problem = Check.Throws<MeetgateAuthException>(() => avd.Room.List());
                    Check.Contains("the token provider answered", problem.Message);
                    Check.True(ReferenceEquals(away, problem.InnerException), "what it threw");
                    // Not asked again at once: what it threw belongs to the first call alone.
                    problem = Check.Throws<MeetgateAuthException>(() => avd.RawCall("{\"method\":\"GET\",\"path\":\"/sdkapi/v2/room/list\"}"));
                    Check.Contains("not tried again", problem.Message);
                    Check.Equal(null, problem.InnerException);
                }
                using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: provider))
                {
                    var problem = Check.Throws<MeetgateAuthException>(() => avd.Room.ListAsync().GetAwaiter().GetResult());
                    Check.True(ReferenceEquals(away, problem.InnerException), "on whichever thread it ran");
                }
                Check.Equal(0, server.Count(""));
            }
        }

        public static void What_a_provider_gives_that_is_no_token()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            {
                Func<Func<string, ProvidedToken>, MeetgateAuthException> fail = provider =>
                {
                    using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: provider))
                    {
                        return Check.Throws<MeetgateAuthException>(() => avd.Room.List());
                    }
                };
                Check.Contains("null", fail(dead => null).InnerException.Message);
                Check.Contains("room for 8191", fail(dead => new string('t', 8192)).InnerException.Message);
                Check.Contains("NUL", fail(dead => "a\0b").InnerException.Message);
                Check.True(fail(dead => new ProvidedToken("t", 0)).InnerException is ArgumentOutOfRangeException, "no lifetime");
                Check.Contains("printable ASCII", fail(dead => "会议").Message);
                Check.Contains("printable ASCII", fail(dead => "").Message);
                Check.Equal(0, server.Count(""));

                using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: dead => new string('t', 8191)))
                {
                    avd.Room.List();
                    Check.Equal(1, server.Count("token=" + new string('t', 8191)));
                }
            }
        }

        public static void A_provider_may_use_other_clients()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            using (var broken = new AvdClient(baseUrl: server.Url, tokenProvider: dead => { throw new TimeoutException(); }))
            {
                Func<string, ProvidedToken> provider = dead =>
                {
                    Check.Throws<MeetgateAuthException>(() => broken.Room.List());
                    return "from-elsewhere";
                };
                using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: provider))
                {
                    avd.Room.List();
                    Check.Equal(1, server.Count("token=from-elsewhere"));
                }
                Func<string, ProvidedToken> passing = dead => broken.Room.List().RawText;
                using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: passing))
                {
                    var problem = Check.Throws<MeetgateAuthException>(() => avd.Room.List());
                    Check.True(problem.InnerException is MeetgateAuthException, "the failure of the call inside");
                }
            }
        }

        public static void A_provider_is_set_later_and_replaced()
        {
            string dying = "";
            Func<string, string> script = line => dying != "" && line.Contains(dying) ? "{\"ret\":40003,\"msg\":\"dead\"}" : "{\"ret\":0}";
            using (var server = new Scripted(script))
            {
                using (var avd = new AvdClient("{\"base_url\":\"" + server.Url + "\",\"token_provider\":true}"))
                {
                    Check.Contains("no token provider", Check.Throws<MeetgateInvalidArgumentException>(() => avd.Room.List()).Message);
                    avd.SetTokenProvider(dead => "first");
                    avd.Room.List();
                    avd.With(new CallOptions { TimeoutMs = 5000 }).SetTokenProvider(dead => "after-" + dead);
                    avd.Room.List();
                    Check.Equal(2, server.Count("token=first"));
                    dying = "token=first";
                    avd.Room.List();
                    Check.Equal(1, server.Count("token=after-first"));
                    Check.Throws<ArgumentNullException>(() => avd.SetTokenProvider(null));
                    avd.Dispose();
                    Check.Throws<ObjectDisposedException>(() => avd.SetTokenProvider(dead => "t"));
                }
                using (AvdClient avd = server.Avd())
                {
                    Not("expected a client whose configuration says \"token_provider\": true", () => avd.SetTokenProvider(dead => "t"));
                }
                Refused("not both", () => new AvdClient(baseUrl: server.Url, token: "t", tokenProvider: dead => "t"));
            }
        }

        public static void A_provider_lives_as_long_as_calls_do()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            {
                int asked = 0, atOnce = 0, most = 0;
                // Nothing but the client knows the function, and nothing but its calls the client.
                Func<Task[]> begin = () =>
                {
                    string prefix = "token-" + server.Count("").ToString();
                    var avd = new AvdClient(baseUrl: server.Url, tokenProvider: dead =>
                    {
                        Interlocked.Increment(ref asked);
                        most = Math.Max(most, Interlocked.Increment(ref atOnce));
                        GC.Collect();
                        Thread.Sleep(50);
                        Interlocked.Decrement(ref atOnce);
                        return prefix;
                    });
                    Task[] calls = Enumerable.Range(0, 8).Select(i => (Task)avd.Room.ListAsync()).ToArray();
                    avd.Dispose();
                    return calls;
                };
                for (int round = 0; round < 5; round++)
                {
                    Task[] calls = begin();
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    Task.WaitAll(calls);
                }
                Check.Equal(5, asked);
                Check.Equal(1, most);
                Check.Equal(40, server.Count("token=token-"));
            }
        }

        public static void Signatures_without_a_client()
        {
            HstUserTokenReply user = Signing.HstUserToken(
                appId: "a92b622559266609176621caf44f5857", appSecret: "1234567890123456", timestampMs: 1575962150000, random: 42);
            Check.Equal(
                "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL",
                user.UserToken);
            string drawn = Signing.HstUserToken("a", "1234567890123456", groupId: "组", userId: "u", expireTime: 7).UserToken;
            Check.True(drawn.StartsWith("001"), drawn);
            Check.True(drawn != Signing.HstUserToken("a", "1234567890123456", "组", "u", 7).UserToken, "drawn anew");
            Not("16 bytes", () => Signing.HstUserToken("a", "short"));
            Not("app_id", () => Signing.HstUserToken(null, "1234567890123456"));
            Not("random", () => Signing.HstUserToken("a", "1234567890123456", random: -1));

            YoumeChecksumReply checksum = Signing.YoumeChecksum(appSecret: "appsecret", restApiKey: "restapikey", curtime: 1575962150);
            Check.Equal("ce676fea59cd36616466e14f1d1abd337ae2e100", checksum.Checksum);
            Check.Equal("1575962150", checksum.Curtime);
            YoumeChecksumReply now = Signing.YoumeChecksum("appsecret", "restapikey");
            Check.Equal(now.Checksum, Signing.YoumeChecksum("appsecret", "restapikey", long.Parse(now.Curtime)).Checksum);
            Not("rest_api_key", () => Signing.YoumeChecksum("appsecret", null));
        }

        private static void Rename(HstClient hst) => hst.App.Update(appId: Application, appName: "周会");

        private static void Refused(string part, Action act) =>
            Check.Contains(part, Check.Throws<MeetgateInvalidConfigException>(act).Message);

        private static void Not(string part, Action act) =>
            Check.Contains(part, Check.Throws<MeetgateInvalidArgumentException>(act).Message);

        /// <summary>A folder of one's own, gone in the end.</summary>
        private sealed class Folder : IDisposable
        {
            internal Folder()
            {
                Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "meetgate-" + Guid.NewGuid().ToString("N"));
                Directory.CreateDirectory(Path);
            }

            internal string Path { get; }

            public void Dispose() => Directory.Delete(Path, true);
        }
    }
}

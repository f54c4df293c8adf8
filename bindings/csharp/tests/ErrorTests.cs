using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Meetgate.Tests
{
    /// <summary>Each way a call can fail, and what its exception says.</summary>
    [Tests]
    internal static class ErrorTests
    {
        public static void A_platforms_number_comes_with_all_that_is_known_of_it()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            {
                var problem = Check.Throws<MeetgateNotFoundException>(() => avd.Room.Read(roomId: "40400000000"));
                Check.Equal(MeetgateStatus.Api, problem.Status);
                Check.Equal("API", problem.StatusName);
                Check.Equal(40004, problem.Code);
                Check.Equal("not_found", problem.ErrorClass);
                Check.Equal("no such room", problem.Meaning);
                Check.Equal("房间号不存在", problem.MeaningZh);
                Check.Equal("no such room", problem.PlatformMessage);
                Check.Equal(200, problem.HttpStatus);
                Check.Equal("avd", problem.Platform);
                Check.Equal("room.read", problem.Operation);
                Check.Equal(1, problem.Attempts);
                Check.Equal(false, problem.Retryable);
                Check.Equal(null, problem.RequestId);
                Check.Equal(null, problem.ClockOffsetS);
                Check.Equal(null, problem.ReplyText);
                Check.Equal(null, problem.Location);
                Check.Equal(null, problem.RetryAfterMs);
                Check.Equal(40004, problem.Reply["ret"].AsInteger());
                Check.Equal("avd answered 40004: no such room", problem.Message);
                Check.Contains("\"status\":\"API\"", problem.Document);

                var conflict = Check.Throws<MeetgateConflictException>(() => avd.Room.Create(userId: "16", roomId: "12345123456"));
                Check.True(conflict is MeetgateApiException, "a number is an answer of the platform");
            }
        }

        public static void Every_kind_of_number_has_its_class()
        {
            Check.Throws<MeetgateBadRequestException>(() => Answered(40002));
            Check.Throws<MeetgateForbiddenException>(() => Answered(40053));
            Check.Throws<MeetgateUnsupportedException>(() => Answered(40036));
            Check.Throws<MeetgateServerException>(() => Answered(41005));
            Check.Throws<MeetgateAuthException>(() => Answered(40001));
            var busy = Check.Throws<MeetgatePlatformBusyException>(() => Answered(41003));
            Check.True(busy.Retryable, "a read may be repeated");
            var unknown = Check.Throws<MeetgateApiException>(() => Answered(9007199254740993));
            Check.Equal(9007199254740993, unknown.Code);
            Check.Equal(null, unknown.Meaning);
            Check.Equal(null, unknown.ErrorClass);
        }

        public static void The_documents_class_chooses_the_exceptions()
        {
            // Each class that the catalog has for a number, as the library writes it.
            JsonValue platforms = JsonValue.Parse(MeetgateClient.ReadCatalog())["errors"];
            var classes = new HashSet<string>();
            foreach (KeyValuePair<string, JsonValue> platform in platforms.Members)
            {
                foreach (JsonValue number in platform.Value.Items)
                {
                    classes.Add(number["class"].AsText());
                }
            }
            classes.Remove("auth");
            classes.Remove("token_dead");
            Check.True(classes.Count >= 7, "the catalog has classes");
            foreach (string name in classes)
            {
                MeetgateException problem = FromDocument(MeetgateStatus.Api, "{\"status\":\"API\",\"class\":\"" + name + "\"}");
                Check.True(problem is MeetgateApiException && problem.GetType() != typeof(MeetgateApiException), name + " has a class");
                Check.Equal(name, problem.ErrorClass);
            }
            MeetgateException dead = FromDocument(MeetgateStatus.Auth, "{\"status\":\"AUTH\",\"class\":\"token_dead\"}");
            Check.Equal(typeof(MeetgateTokenDeadException), dead.GetType());
            Check.Equal(typeof(MeetgateAuthException), FromDocument(MeetgateStatus.Auth, "{\"status\":\"AUTH\"}").GetType());
            // A class of a newer library, and T60: a number that has another meaning here has no class.
            foreach (string other in new[] { "{\"status\":\"API\",\"class\":\"new\"}", "{\"status\":\"API\",\"code\":40003}" })
            {
                Check.Equal(typeof(MeetgateApiException), FromDocument(MeetgateStatus.Api, other).GetType());
            }
        }

        public static void A_redirect_names_its_target_and_a_busy_server_its_pause()
        {
            var redirect = Check.Throws<MeetgateHttpException>(
                () => Answered("302 Found; Location: https://login.example/in?key=secret\n"));
            Check.Equal("https://login.example/in", redirect.Location);
            Check.Equal(null, redirect.ErrorClass);
            Check.Equal(null, redirect.RetryAfterMs);
            var busy = Check.Throws<MeetgateHttpException>(() => Answered("503 Service Unavailable; Retry-After: 2\n"));
            Check.Equal(2000, busy.RetryAfterMs);
            Check.True(busy.Retryable, "a read may be repeated");
            using (var avd = new AvdClient(baseUrl: "http://127.0.0.1:1", token: "t"))
            {
                var refused = Check.Throws<MeetgateInvalidArgumentException>(() => avd.Room.Read(roomId: null));
                Check.Equal(0, refused.Attempts);
            }
        }

        public static void A_number_that_a_fresh_token_did_not_cure_has_no_class()
        {
            Func<string, string> script = line => line.Contains("get_token")
                ? "{\"ret\":0,\"token\":\"t\"}"
                : "{\"ret\":40003,\"msg\":\"no such room_id\"}";
            using (var server = new Scripted(script))
            using (var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s"))
            {
                var problem = Check.Throws<MeetgateApiException>(() => avd.Room.Read(roomId: "1"));
                Check.Equal(40003, problem.Code);
                Check.Equal(null, problem.ErrorClass);
            }
        }

        public static void Wrong_keys_are_an_authentication_failure()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(
                baseUrl: JsonValue.Parse(sandbox.Avd)["base_url"].AsText(), accessKey: "meetgate-sandbox", secretKey: "wrong"))
            {
                var problem = Check.Throws<MeetgateAuthException>(() => avd.Room.List());
                Check.Equal("AUTH", problem.StatusName);
                Check.True(!problem.Document.Contains("\"wrong\""), "the secret is masked");
            }
        }

        public static void A_dead_token_is_renewed_once()
        {
            int issued = 0;
            Func<string, string> script = line => line.Contains("get_token")
                ? "{\"ret\":0,\"token\":\"token-" + ++issued + "\"}"
                : line.Contains("token-2") ? "{\"ret\":0,\"msg\":\"success\",\"rooms\":[]}" : "{\"ret\":40003,\"msg\":\"dead\"}";
            using (var server = new Scripted(script))
            using (var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s"))
            {
                Check.Equal(0, avd.Room.List().Rooms.Count);
                Check.Equal(2, server.Count("get_token"));
            }
        }

        public static void A_token_that_stays_dead_is_said_so()
        {
            Func<string, string> script = line => line.Contains("access/token")
                ? "{\"code\":0,\"msg\":\"OK\",\"result\":{\"access_token\":\"t\",\"timeout\":7200}}"
                : "{\"code\":606000001,\"msg\":\"access_token timed out\"}";
            using (var server = new Scripted(script))
            using (var hst = new HstClient(devId: "d", devSecret: "0123456789abcdef", baseUrl: server.Url))
            {
                var problem = Check.Throws<MeetgateTokenDeadException>(() => hst.Kickout(appId: "a", userId: "u"));
                Check.True(problem is MeetgateException && problem.Status == MeetgateStatus.Auth, "an authentication failure");
                Check.Equal(606000001, problem.Code);
            }
        }

        public static void Youme_tells_its_request_id()
        {
            using (var server = new Scripted(line => "{\"Status\":\"FAIL\",\"ErrorCode\":7,\"ErrorInfo\":\"坏了\"}"))
            using (var youme = new YoumeClient(appKey: "k", appSecret: "s", restApiKey: "r", baseUrl: server.Url))
            {
                var problem = Check.Throws<MeetgateApiException>(() => youme.CountQosByDay(queryDate: "20191210"));
                Check.Equal(7, problem.Code);
                Check.Equal("坏了", problem.PlatformMessage);
                Check.True(!string.IsNullOrEmpty(problem.RequestId), "seq is there");
            }
        }

        public static void Time_runs_out()
        {
            using (var server = new Scripted(line => Scripted.Silence))
            using (AvdClient avd = server.Avd())
            {
                Stopwatch watch = Stopwatch.StartNew();
                var problem = Check.Throws<MeetgateTimeoutException>(
                    () => avd.With(new CallOptions { TimeoutMs = 300 }).Room.Read(roomId: "1"));
                Check.Equal("TIMEOUT", problem.StatusName);
                Check.True(watch.ElapsedMilliseconds < 5000, "it took " + watch.ElapsedMilliseconds + " ms");
            }
        }

        public static void Nobody_listens()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            using (var avd = new AvdClient(baseUrl: "http://127.0.0.1:" + port, token: "t"))
            {
                var problem = Check.Throws<MeetgateNetworkException>(() => avd.Room.Read(roomId: "1"));
                Check.True(problem.Retryable, "nothing was sent");
            }
        }

        public static void What_is_no_answer_of_the_platform()
        {
            var http = Check.Throws<MeetgateHttpException>(() => Answered("502 Bad Gateway\n<html>坏网关</html>"));
            Check.Equal(502, http.HttpStatus);
            Check.Equal("<html>坏网关</html>", http.ReplyText);
            Check.Equal(null, http.Reply);
            Check.Throws<MeetgateProtocolException>(() => Answered("200 OK\n[1,"));
        }

        public static void A_server_that_speaks_no_tls()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var server = new Thread(() =>
            {
                using (TcpClient connection = listener.AcceptTcpClient())
                {
                    byte[] answer = Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n");
                    connection.GetStream().Write(answer, 0, answer.Length);
                    // Until the client hangs up.
                    byte[] hello = new byte[4096];
                    while (connection.GetStream().Read(hello, 0, hello.Length) > 0)
                    {
                    }
                }
            });
            server.Start();
            string url = "https://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;
            using (var avd = new AvdClient(baseUrl: url, token: "t", timeoutMs: 5000))
            {
                Check.Throws<MeetgateTlsException>(() => avd.Room.List());
            }
            server.Join();
            listener.Stop();
        }

        public static void An_answer_that_is_too_large()
        {
            using (var server = new Scripted(line => "{\"ret\":0,\"fill\":\"" + new string('x', 5000) + "\"}"))
            using (AvdClient avd = server.Avd())
            {
                Check.Throws<MeetgateLimitException>(
                    () => avd.With(new CallOptions { MaxReplyBytes = 1024 }).Room.List());
                Check.True(avd.Room.List().RawText.Length > 5000, "the client itself takes more");
            }
        }

        public static void A_file_that_is_not_there()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            using (AvdClient avd = server.Avd())
            {
                Check.Throws<MeetgateIOException>(() => avd.Uploadfile(file: "/no/such/picture.png"));
            }
        }

        public static void Arguments_that_cannot_be_right()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            using (AvdClient avd = server.Avd())
            {
                Contains("room_id", () => avd.Room.Read(roomId: null));
                Contains("operation", () => avd.Call(null));
                Contains("nothing.like.it", () => avd.Call("avd.nothing.like.it"));
                Contains("surprise", () => avd.Call("avd.room.list", "{\"surprise\":1}"));
                Contains("", () => avd.Call("avd.room.list", "{"));
                Contains("array", () => avd.Call("avd.room.list", "[]"));
                Contains("NUL", () => avd.Call("avd.room.list\0"));
                Contains("\"room_id\": holds an escape that is no character", () => avd.Call("avd.room.read", "{\"room_id\":\"\ud83d\"}"));
                Contains("\"room_id\": holds an escape that is no character", () => avd.Room.Read(roomId: "\ud83d"));
                Contains("unknown operation", () => avd.Call("avd.\ud83d"));
                Contains("hst", () => avd.Call("hst.kickout", "{\"app_id\":\"a\",\"user_id\":\"u\"}"));
                Contains("stream_type", () => avd.Room.MixRecord.Get(roomId: "1", recordType: 7), "record_type");
                Contains("timeout_ms", () => avd.With(new CallOptions { TimeoutMs = 0 }).Room.List());
                Check.Throws<ArgumentNullException>(() => avd.Call("avd.room.list", (JsonObject)null));
                Check.Equal(0, server.Count(""));
            }
        }

        public static void Configurations_that_cannot_be_right()
        {
            Check.Throws<MeetgateInvalidArgumentException>(() => new AvdClient(null));
            Check.Throws<MeetgateInvalidArgumentException>(() => new AvdClient("{"));
            Check.Throws<MeetgateInvalidArgumentException>(() => new AvdClient("[]"));
            Check.Throws<MeetgateInvalidConfigException>(() => new AvdClient("{}"));
            Check.Throws<MeetgateInvalidConfigException>(() => new HstClient("{\"dev_id\":\"d\",\"dev_secret\":\"short\"}"));
            var wrong = Check.Throws<MeetgateInvalidConfigException>(() => new AvdClient("{\"platform\":\"hst\"}"));
            Check.Contains("expected \"avd\", because this is its client", wrong.Message);
            // Only the assembly sees that one, only the library this one: the documents differ in the message alone.
            var mistyped = Check.Throws<MeetgateInvalidConfigException>(() => new AvdClient("{\"platform\":7}"));
            Check.Contains("expected one of hst, youme, avd", mistyped.Message);
            Check.Equal(WithoutMessage(mistyped), WithoutMessage(wrong));
            var nul = Check.Throws<MeetgateInvalidArgumentException>(() => new AvdClient("{}\0"));
            var cut = Check.Throws<MeetgateInvalidArgumentException>(() => new AvdClient("{"));
            Check.Equal("configuration: holds a NUL character", nul.Message);
            Check.Equal(WithoutMessage(cut), WithoutMessage(nul));
            var unknown = Check.Throws<MeetgateInvalidConfigException>(() => new AvdClient("{\"base_ur\":\"http://h\"}"));
            Check.Contains("base_url", unknown.Message);
            Check.Throws<MeetgateInvalidConfigException>(
                () => new YoumeClient(appKey: "k", appSecret: "s", restApiKey: "r", timeoutMs: 0));
        }

        public static void A_panic_is_contained()
        {
            IntPtr reply = IntPtr.Zero;
            try
            {
                Check.Equal((int)MeetgateStatus.Internal, meetgate_test_panic(out reply));
            }
            catch (EntryPointNotFoundException)
            {
                throw new SkippedException("this library was built without test-hooks");
            }
            finally
            {
                if (reply != IntPtr.Zero)
                {
                    meetgate_string_free(reply);
                }
            }
            A_dead_token_is_renewed_once();
        }

        [DllImport("meetgate", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern int meetgate_test_panic(out IntPtr reply);

        [DllImport("meetgate", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern void meetgate_string_free(IntPtr text);

        private static void Answered(long number) => Answered("200 OK\n{\"ret\":" + number + ",\"msg\":\"m\"}");

        private static void Answered(string answer)
        {
            using (var server = new Scripted(line => answer))
            using (AvdClient avd = server.Avd())
            {
                avd.Room.List();
            }
        }

        private static string WithoutMessage(MeetgateException problem) => string.Join(
            ",",
            JsonValue.Parse(problem.Document).Members.Select(
                member => member.Key + "=" + (member.Key == "message" ? "" : member.Value.ToString())));

        private static MeetgateException FromDocument(MeetgateStatus status, string document)
        {
            MethodInfo from = typeof(MeetgateException).GetMethod("From", BindingFlags.Static | BindingFlags.NonPublic);
            return (MeetgateException)from.Invoke(null, new object[] { (int)status, document, null });
        }

        private static void Contains(string part, Action act, string other = null) =>
            Check.Contains(other ?? part, Check.Throws<MeetgateInvalidArgumentException>(act).Message);
    }
}

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate.Tests
{
    /// <summary>Threads, asynchronous calls, disposal, memory, and the ways to make and call a client.</summary>
    [Tests]
    internal static class ClientTests
    {
        private const string Empty = "{\"ret\":0,\"msg\":\"success\"}";

        public static void Chinese_and_emoji_come_back_as_they_went()
        {
            const string Topic = "周会 😀 \"quoted\" \\ / \u2028 & <b> 100% +é";
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            {
                avd.Room.Create(userId: "16", roomId: "12345123457", topic: Topic);
                Check.Equal(Topic, avd.Room.Read(roomId: "12345123457").Data.Topic);
            }
        }

        public static void Three_ways_to_make_a_client()
        {
            using (var server = new Scripted(line => Empty))
            {
                string config = "{ \"base_url\":\"" + server.Url + "\", \"token\":\"t\" }";
                using (var left = new AvdClient(config))
                using (var given = new AvdClient("{\"platform\":\"avd\"," + config.Substring(1)))
                using (var marked = new AvdClient("\ufeff" + config))
                using (var named = new AvdClient(baseUrl: server.Url, token: "t", validate: false, userAgent: "tests"))
                {
                    left.Room.List();
                    given.Room.List();
                    marked.Room.List();
                    named.Call("avd.room.list", new JsonObject { { "unknown", "passes" } });
                    Check.Equal(4, server.Count("/sdkapi/v2/room/list"));
                    Check.Equal(1, server.Count("unknown=passes"));
                }
            }
        }

        public static void Calls_by_name_and_raw_calls()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            {
                var room = new JsonObject { { "room_id", "12345123456" } };
                Check.Equal("周会", avd.Call("avd.room.read", room).Json["data"]["topic"].AsText());
                Check.Equal("周会", avd.CallAsync("avd.room.read", room).Result.Json["data"]["topic"].AsText());
                Check.Equal("周会", avd.Call("avd.room.read", room.ToString()).Json["data"]["topic"].AsText());
                var request = new JsonObject { { "method", "GET" }, { "path", "/sdkapi/v2/room/read" }, { "query", room } };
                Check.Equal("周会", avd.RawCall(request).Json["data"]["topic"].AsText());
                Check.Equal("周会", avd.RawCallAsync(request).Result.Json["data"]["topic"].AsText());
                Check.Equal(Examples.All.Length, JsonValue.Parse(MeetgateClient.ReadCatalog())["operations"].Count);
                Check.Equal("0.", MeetgateClient.LibraryVersion.Substring(0, 2));
            }
        }

        public static void Options_hold_for_raw_calls_too()
        {
            using (var server = new Scripted(line => "{\"ret\":0,\"fill\":\"" + new string('x', 5000) + "\"}"))
            using (AvdClient avd = server.Avd())
            {
                var request = new JsonObject { { "method", "GET" }, { "path", "/x" } };
                AvdClient small = avd.With(new CallOptions { MaxReplyBytes = 1024 });
                Check.Throws<MeetgateLimitException>(() => small.RawCall(request));
                Check.Throws<MeetgateLimitException>(() => small.RawCall(request.ToString()));
                Check.Throws<MeetgateLimitException>(() => small.RawCallAsync(request).GetAwaiter().GetResult());
                Check.True(avd.RawCall(request).RawText.Length > 5000, "the client itself takes more");
                AvdClient never = avd.With(new CallOptions { TimeoutMs = 0 });
                Check.Contains("timeout_ms", Check.Throws<MeetgateInvalidArgumentException>(() => never.RawCall(request)).Message);
            }
        }

        public static void Sixteen_asynchronous_calls_run_side_by_side()
        {
            Func<string, string> script = line =>
            {
                Thread.Sleep(400);
                return Empty;
            };
            using (var server = new Scripted(script))
            using (AvdClient avd = server.Avd())
            {
                Stopwatch watch = Stopwatch.StartNew();
                Task<AvdReply>[] calls = Enumerable.Range(0, 16).Select(i => avd.Room.CloseAsync(roomId: "room-" + i)).ToArray();
                Check.True(watch.ElapsedMilliseconds < 400, "beginning them took " + watch.ElapsedMilliseconds + " ms");
                Task.WaitAll(calls);
                Check.True(watch.ElapsedMilliseconds < 16 * 400 / 2, "all took " + watch.ElapsedMilliseconds + " ms");
                Check.Equal(16, Enumerable.Range(0, 16).Count(i => server.Count("room_id=room-" + i + " ") == 1));
            }
        }

        public static void Many_threads_use_one_client()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            {
                int right = 0;
                Thread[] threads = Enumerable.Range(0, 16).Select(t => new Thread(() =>
                {
                    for (int i = 0; i < 20; i++)
                    {
                        string room = (t + i) % 2 == 0 ? "12345123456" : "98765432100";
                        if (avd.Room.Participate.List(roomId: room).Participates.Count > 0)
                        {
                            Interlocked.Increment(ref right);
                        }
                    }
                })).ToArray();
                Array.ForEach(threads, thread => thread.Start());
                Array.ForEach(threads, thread => thread.Join());
                Check.Equal(16 * 20, right);
            }
        }

        public static void Asynchronous_failures_are_the_same_exceptions()
        {
            using (var sandbox = new Sandbox())
            using (var avd = new AvdClient(sandbox.Avd))
            {
                Task<AvdRoomReadReply> call = avd.Room.ReadAsync(roomId: "40400000000");
                var problem = Check.Throws<MeetgateNotFoundException>(() => call.GetAwaiter().GetResult());
                Check.Equal(40004, problem.Code);
            }
        }

        public static void The_token_ends_the_waiting()
        {
            using (var server = new Scripted(line => Scripted.Silence))
            using (AvdClient avd = server.Avd())
            using (var source = new CancellationTokenSource())
            {
                AvdClient patient = avd.With(new CallOptions { TimeoutMs = 2000 });
                Task<AvdRoomListReply> call = patient.Room.ListAsync(source.Token);
                while (server.Count("") == 0)
                {
                    Thread.Sleep(5);
                }
                Stopwatch watch = Stopwatch.StartNew();
                source.Cancel();
                Exception problem = null;
                try
                {
                    call.GetAwaiter().GetResult();
                }
                catch (OperationCanceledException cancelled)
                {
                    problem = cancelled;
                }
                Check.True(problem != null && call.IsCanceled, "the task was cancelled");
                Check.True(watch.ElapsedMilliseconds < 1000, "it took " + watch.ElapsedMilliseconds + " ms");
                Check.True(avd.Room.ListAsync(source.Token).IsCanceled, "nothing begins with a token that is cancelled");
                Check.Equal(1, server.Count(""));
            }
        }

        public static void Disposing_waits_for_nobody_and_breaks_nothing()
        {
            Func<string, string> script = line =>
            {
                Thread.Sleep(300);
                return Empty;
            };
            using (var server = new Scripted(script))
            {
                AvdClient avd = server.Avd();
                Task<AvdRoomListReply>[] calls = Enumerable.Range(0, 8).Select(i => avd.Room.ListAsync()).ToArray();
                Stopwatch watch = Stopwatch.StartNew();
                avd.Dispose();
                avd.Dispose();
                Check.True(watch.ElapsedMilliseconds < 250, "disposing took " + watch.ElapsedMilliseconds + " ms");
                Check.Throws<ObjectDisposedException>(() => avd.Room.List());
                Check.Throws<ObjectDisposedException>(() => avd.With(null).Room.List());
                Task.WaitAll(calls);
                Check.True(calls.All(call => call.Result.RawText == Empty), "calls that had begun came to their end");
            }
        }

        public static void Disposing_at_any_moment_ends_calls_or_refuses_them()
        {
            using (var server = new Scripted(line => Empty))
            {
                var unexpected = new List<Exception>();
                for (int round = 0; round < 100; round++)
                {
                    AvdClient avd = server.Avd();
                    Thread[] threads = Enumerable.Range(0, 4).Select(t => new Thread(() =>
                    {
                        try
                        {
                            while (true)
                            {
                                avd.Room.List();
                            }
                        }
                        catch (ObjectDisposedException)
                        {
                            // As it should be.
                        }
                        catch (Exception problem)
                        {
                            lock (unexpected)
                            {
                                unexpected.Add(problem);
                            }
                        }
                    })).ToArray();
                    Array.ForEach(threads, thread => thread.Start());
                    Thread.Sleep(round % 10);
                    avd.Dispose();
                    Array.ForEach(threads, thread => thread.Join());
                }
                Check.Equal("", string.Join("\n", unexpected));
            }
        }

        public static void A_variant_with_options_ends_with_its_client()
        {
            using (var server = new Scripted(line => Empty))
            {
                AvdClient avd = server.Avd();
                AvdClient quick = avd.With(new CallOptions { TimeoutMs = 5000, ConnectTimeoutMs = 1000 });
                quick.Dispose();
                quick.Room.List();
                avd.Room.List();
                avd.Dispose();
                Check.Throws<ObjectDisposedException>(() => quick.Room.List());
            }
        }

        public static void Twenty_thousand_clients_leave_nothing_behind()
        {
            using (var server = new Scripted(line => Empty))
            {
                // A call with a missing parameter goes through the library and back, and needs no socket.
                Action<int> rounds = count =>
                {
                    for (int i = 0; i < count; i++)
                    {
                        using (AvdClient avd = server.Avd())
                        {
                            Check.Throws<MeetgateInvalidArgumentException>(() => avd.Room.Read(roomId: null));
                            if (i % 20 == 0)
                            {
                                Check.Equal(0, avd.Room.List().Rooms.Count);
                            }
                        }
                    }
                };
                rounds(4000);
                // The collector enlarges its heap now and then, and never in every one of four quarters. A leak does.
                var grown = new List<long>();
                for (int quarter = 0; quarter < 4; quarter++)
                {
                    long before = ResidentKilobytes();
                    rounds(5000);
                    grown.Add(ResidentKilobytes() - before);
                }
                Console.WriteLine("  four times 5,000 rounds: {0} KB more", string.Join(", ", grown));
                Check.True(grown.Min() < 1024, "memory grew in each quarter");
            }
        }

        public static void Forgotten_clients_are_freed_by_the_collector()
        {
            using (var server = new Scripted(line => Empty))
            {
                Action<int> forget = count =>
                {
                    for (int i = 0; i < count; i++)
                    {
                        server.Avd();
                    }
                };
                forget(2000);
                long before = ResidentKilobytes();
                forget(5000);
                Check.True(ResidentKilobytes() - before < 8 * 1024, "memory stays flat");
            }
        }

        private static long ResidentKilobytes()
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            if (!File.Exists("/proc/self/status"))
            {
                return Process.GetCurrentProcess().WorkingSet64 / 1024;
            }
            string line = File.ReadAllLines("/proc/self/status").First(text => text.StartsWith("VmRSS:"));
            return long.Parse(new string(line.Where(char.IsDigit).ToArray()));
        }
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Uploads from a path, from bytes and from a stream.</summary>
public static class UploadTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly byte[] Picture = [0x89, 0x50, 0, 0x0d, 0xff, .. Encoding.UTF8.GetBytes("\r\n--周会😀")];

    [Fact]
    public static async Task The_content_arrives()
    {
        string path = Path.Combine(Path.GetTempPath(), Name());
        await File.WriteAllBytesAsync(path, Picture);
        try
        {
            using var server = new Scripted("""{"code":200,"ret":0}""");
            using AvdClient avd = server.Avd();
            avd.Uploadfile(path);
            avd.Uploadfile(UploadFile.FromString(path));
            avd.Uploadfile(UploadFile.FromBytes(Picture, "周会.png"));
            using var stream = new MemoryStream([1, 2, .. Picture]) { Position = 2 };
            avd.Uploadfile(UploadFile.FromStream(stream, "周会.png"));
            Assert.Equal(stream.Length, stream.Position);
            await avd.UploadfileAsync(UploadFile.FromBytes(Picture.AsMemory(), "a.png"));
            await avd.UploadfileAsync(UploadFile.FromStream(new Unseekable(new MemoryStream(Picture)), "a.png"));
            Assert.Equal(6, server.Count("POST /uploadfile"));
            Assert.All(server.Requests, request => Assert.True(Holds(request, Picture)));
            Assert.All(
                server.Requests.Skip(2).Take(2),
                request => Assert.True(Holds(request, Encoding.UTF8.GetBytes("周会.png"))));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public static void The_sandbox_takes_bytes_and_streams()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        byte[] picture = File.ReadAllBytes("welcome.png");
        AvdUploadfileReply expected = avd.Uploadfile("welcome.png");
        Assert.Equal(expected.Code, avd.Uploadfile(UploadFile.FromBytes(picture, "welcome.png")).Code);
        using FileStream stream = File.OpenRead("welcome.png");
        Assert.Equal(expected.Code, avd.Uploadfile(UploadFile.FromStream(stream, "welcome.png"), path: "/opt").Code);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public static void The_folder_is_the_users_alone_and_gone_after_the_call()
    {
        string name = Name();
        UnixFileMode? mode = null;
        using var server = new Scripted(_ =>
        {
            mode = OperatingSystem.IsWindows() ? Private : File.GetUnixFileMode(FolderOf(name)!);
            return """{"code":200}""";
        });
        using AvdClient avd = server.Avd();
        avd.Uploadfile(Spooled(name));
        Assert.Equal(Private, mode);
        Assert.Null(FolderOf(name));
    }

    [Theory]
    [InlineData("""{"ret":10911,"msg":"invalid file"}""")]
    [InlineData("500 Internal Server Error\n")]
    [InlineData("[1,")]
    public static void The_folder_is_gone_after_a_failure(string answer)
    {
        string name = Name();
        bool wasThere = false;
        using var server = new Scripted(_ =>
        {
            wasThere = FolderOf(name) != null;
            return answer;
        });
        using AvdClient avd = server.Avd();
        Assert.ThrowsAny<MeetgateException>(() => avd.Uploadfile(Spooled(name)));
        Assert.True(wasThere);
        Assert.Null(FolderOf(name));
    }

    [Fact]
    public static async Task A_cancelled_upload_leaves_nothing_behind()
    {
        string name = Name();
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        Task call = avd.UploadfileAsync(Spooled(name), cancellationToken: source.Token);
        server.Await(1);
        Assert.NotNull(FolderOf(name));
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.Null(FolderOf(name));
    }

    [Fact]
    public static async Task Nothing_is_written_for_a_call_that_is_not_made()
    {
        string name = Name();
        using var server = new Scripted(Scripted.Success);
        AvdClient avd = server.Avd();
        var stream = new MemoryStream(Picture);
        UploadFile file = UploadFile.FromStream(stream, name);
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Uploadfile(file, path: "\ud83d"));
        Task cancelled = avd.UploadfileAsync(file, cancellationToken: new CancellationToken(true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        avd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => avd.Uploadfile(file));
        Assert.Equal(0, stream.Position);
        Assert.Null(FolderOf(name));
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void A_stream_that_cannot_be_read_fails_the_call()
    {
        string name = Name();
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        Exception[] causes = [new IOException("the tape tore"), new TimeoutException("the tape hangs")];
        foreach (Exception cause in causes)
        {
            var problem = Assert.Throws<MeetgateIOException>(
                () => avd.Uploadfile(UploadFile.FromStream(new Broken(cause), name)));
            Assert.Same(cause, problem.InnerException);
            Assert.Contains(cause.Message, problem.Message, StringComparison.Ordinal);
            Assert.Equal("uploadfile", problem.Operation);
            Assert.Equal("IO", problem.StatusName);
        }
        var closed = new MemoryStream();
        closed.Dispose();
        Assert.Throws<MeetgateIOException>(() => avd.Uploadfile(UploadFile.FromStream(closed, name)));
        Assert.Null(FolderOf(name));
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void A_names_ending_decides()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var problem = Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Uploadfile(UploadFile.FromBytes(Picture, "a.exe")));
        Assert.Contains("png", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a.png")]
    [InlineData("/etc/a.png")]
    [InlineData("a\\b.png")]
    [InlineData("C:a.png")]
    [InlineData("a\0.png")]
    public static void A_name_is_no_path(string name)
    {
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => UploadFile.FromBytes(Picture, name)).ParamName);
        Assert.Equal(
            "name", Assert.Throws<ArgumentException>(() => UploadFile.FromStream(Stream.Null, name)).ParamName);
    }

    [Fact]
    public static void Nothing_of_a_stream_that_can_seek_or_of_bytes_is_written_to_the_disk()
    {
        string name = Name();
        bool wasThere = false;
        using var server = new Scripted(_ =>
        {
            wasThere |= FolderOf(name) != null;
            return """{"code":200}""";
        });
        using AvdClient avd = server.Avd();
        avd.Uploadfile(UploadFile.FromBytes(Picture, name));
        avd.Uploadfile(UploadFile.FromStream(new MemoryStream(Picture), name));
        Assert.False(wasThere);
        avd.Uploadfile(Spooled(name));
        Assert.True(wasThere);
    }

    [Theory]
    [InlineData("path")]
    [InlineData("bytes")]
    [InlineData("stream")]
    [InlineData("unseekable")]
    public static async Task Progress_is_told(string kind)
    {
        byte[] content = new byte[3_000_000];
        new Random(14).NextBytes(content);
        string path = Path.Combine(Path.GetTempPath(), Name());
        await File.WriteAllBytesAsync(path, content);
        try
        {
            using var server = new Scripted("""{"code":200,"ret":0}""");
            using AvdClient avd = server.Avd();
            var told = new Told();
            UploadFile file = kind switch
            {
                "path" => UploadFile.FromString(path),
                "bytes" => UploadFile.FromBytes(content, "a.png"),
                "stream" => UploadFile.FromStream(new MemoryStream(content), "a.png"),
                _ => UploadFile.FromStream(new Unseekable(new MemoryStream(content), 100_000), "a.png"),
            };
            avd.Uploadfile(file.WithProgress(told));
            Assert.Equal(content.Length, told.Values[^1]);
            Assert.True(Holds(Assert.Single(server.Requests), content));
            var awaited = new Told();
            if (kind != "unseekable")
            {
                UploadFile again = kind == "stream" ? UploadFile.FromStream(new MemoryStream(content), "a.png") : file;
                await Soon.Ends(avd.UploadfileAsync(again.WithProgress(awaited)));
                Assert.Equal(content.Length, awaited.Values[^1]);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public static void A_stream_that_is_shorter_than_it_says_fails_the_call()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var problem = Assert.Throws<MeetgateIOException>(
            () => avd.Uploadfile(UploadFile.FromStream(new Boaster(Picture), "a.png")));
        Assert.IsType<EndOfStreamException>(problem.InnerException);
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static async Task What_a_progress_throws_ends_the_upload()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var cause = new NotSupportedException("no bar");
        UploadFile file = UploadFile.FromBytes(Picture, "a.png").WithProgress(new Told { Cause = cause });
        Assert.Same(cause, Assert.Throws<NotSupportedException>(() => avd.Uploadfile(file)));
        Assert.Same(cause, await Assert.ThrowsAsync<NotSupportedException>(() => Soon.Ends(avd.UploadfileAsync(file))));
        Assert.Throws<ArgumentNullException>(() => file.WithProgress(null!));
    }

    [Fact]
    public static void A_request_that_goes_again_reads_the_stream_again()
    {
        int asked = 0;
        using var server = new Scripted(request => request.Has("get_token")
            ? $$"""{"ret":0,"token":"t{{asked}}"}"""
            : asked++ == 0 ? """{"ret":40003,"msg":"token"}""" : """{"code":200,"ret":0}""");
        using var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s");
        using var stream = new MemoryStream([1, 2, .. Picture]) { Position = 2 };
        avd.Uploadfile(UploadFile.FromStream(stream, "a.png"));
        Request[] uploads = [.. server.Requests.Where(request => request.Has("uploadfile"))];
        Assert.Equal(2, uploads.Length);
        Assert.All(uploads, request => Assert.True(Holds(request, Picture)));
    }

    [Fact]
    public static async Task Many_uploads_at_once_do_not_meet()
    {
        using var server = new Scripted("""{"code":200}""");
        using AvdClient avd = server.Avd();
        byte[][] contents = [.. Enumerable.Range(0, 16).Select(i => Encoding.ASCII.GetBytes($"content {i:00}."))];
        await Soon.Ends(
            Task.WhenAll(contents.Select(content => avd.UploadfileAsync(UploadFile.FromBytes(content, "same.png")))));
        Assert.All(contents, content => Assert.Single(server.Requests, request => Holds(request, content)));
    }

    private static UploadFile Spooled(string name) =>
        UploadFile.FromStream(new Unseekable(new MemoryStream(Picture)), name);

    private static string Name() => $"会 {Guid.NewGuid():N}.png";

    /// <summary>The temporary folder with a file of this name; null where there is none.</summary>
    private static string? FolderOf(string name) => Directory.GetDirectories(Path.GetTempPath(), "meetgate-*")
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, name)));

    private static bool Holds(Request request, byte[] content) => request.Body.AsSpan().IndexOf(content) >= 0;

    /// <summary>A stream of which nothing can be asked in advance.</summary>
    private sealed class Unseekable(Stream inner, int most = 3) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            inner.Read(buffer, offset, Math.Min(count, most));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Boaster(byte[] content) : MemoryStream(content)
    {
        public override long Length => base.Length + 1;
    }

    private sealed class Told : IProgress<long>
    {
        internal List<long> Values { get; } = [];

        internal Exception? Cause { get; init; }

        public void Report(long value)
        {
            Values.Add(value);
            if (Cause != null)
            {
                throw Cause;
            }
        }
    }

    private sealed class Broken(Exception cause) : MemoryStream([1, 2, 3])
    {
        public override int Read(byte[] buffer, int offset, int count) => throw cause;

        public override int Read(Span<byte> buffer) => throw cause;

        public override void CopyTo(Stream destination, int bufferSize) => throw cause;
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Files that are fetched.</summary>
public static class DownloadTests
{
    private const string Content = """{"no":"answer, a file"}""";
    private const string ContentMd5 = "00fffef985ab7b03ffca57ceb4e18bc3";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task A_file_is_fetched(bool isAsync)
    {
        using var folder = new Folder();
        string file = folder.File("周会.mp4");
        using var server = new Files(Content);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        var told = new List<long>();
        var progress = new Told(told.Add);
        var options = new DownloadOptions { Md5 = ContentMd5, Timeout = TimeSpan.FromSeconds(20) };
        DownloadReply reply = isAsync
            ? await Soon.Ends(avd.DownloadAsync("/rec/周会.mp4", file, options, progress))
            : avd.Download(server.Url + "/rec/周会.mp4", file, options, progress);
        Assert.Equal(Content, await File.ReadAllTextAsync(file));
        Assert.Equal(Content.Length, reply.Bytes);
        Assert.Equal(0, reply.ResumedFrom);
        Assert.Equal(1, reply.Attempts);
        Assert.Equal("\"v1\"", reply.Etag);
        Assert.Equal(ContentMd5, reply.Md5);
        Assert.True(reply.Duration > TimeSpan.Zero);
        Assert.Equal(Content.Length, told[^1]);
    }

    [Fact]
    public static async Task What_fails_says_why()
    {
        using var folder = new Folder();
        string file = folder.File("a.mp4");
        using var server = new Files(Content);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        await File.WriteAllTextAsync(file, "old");
        var io = Assert.Throws<MeetgateIOException>(
            () => avd.Download("/a.mp4", file, new DownloadOptions { Overwrite = false }));
        Assert.Equal("download", io.Operation);
        Assert.Contains("avd.download", io.Message, StringComparison.Ordinal);
        Assert.Throws<MeetgateLimitException>(() => avd.Download("/a.mp4", file, new DownloadOptions { MaxBytes = 3 }));
        await Assert.ThrowsAsync<MeetgateProtocolException>(
            () => avd.DownloadAsync("/a.mp4", file, new DownloadOptions { Md5 = new string('0', 32) }));
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Download("a.mp4", file));
        var half = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Download("/a.mp4", "\ud83d"));
        Assert.Contains("file: ", half.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => avd.Download(null!, file));
        Assert.Throws<ArgumentNullException>(() => { _ = avd.DownloadAsync("/a", null!); });
        Assert.Equal("old", await File.ReadAllTextAsync(file));
        var cause = new NotSupportedException("no bar");
        Assert.Same(cause, Assert.Throws<NotSupportedException>(
            () => avd.Download("/a.mp4", file, progress: new Told(_ => throw cause))));
        avd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => avd.Download("/a.mp4", file));
    }

    [Fact]
    public static async Task A_download_is_cancelled_and_goes_on_later()
    {
        using var folder = new Folder();
        string file = folder.File("a.mp4");
        using var server = new Files(Content) { StopsAfter = 10 };
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        foreach (bool isAsync in new[] { true, false })
        {
            using var source = new CancellationTokenSource();
            Task call = isAsync
                ? avd.DownloadAsync("/a.mp4", file, cancellationToken: source.Token)
                : Task.Run(() => avd.Download("/a.mp4", file, new DownloadOptions { CancellationToken = source.Token }));
            Soon.Comes(server.Stopped);
            server.Stopped.Reset();
            source.Cancel();
            var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
            Assert.Equal(source.Token, problem.CancellationToken);
            Assert.False(File.Exists(file));
        }
        server.StopsAfter = null;
        DownloadReply reply = avd.Download("/a.mp4", file);
        Assert.Equal(Content, await File.ReadAllTextAsync(file));
        Assert.True(reply.ResumedFrom > 0, reply.ToString());
    }

    [Fact]
    public static async Task Disposing_ends_downloads()
    {
        using var folder = new Folder();
        using var server = new Files(Content) { StopsAfter = 10 };
        var avd = new AvdClient(baseUrl: server.Url, token: "t");
        Task call = avd.DownloadAsync("/a.mp4", folder.File("a.mp4"));
        Soon.Comes(server.Stopped);
        await Soon.Ends(avd.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
    }

    private sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }

    /// <summary>A server with one file, which knows ranges.</summary>
    private sealed class Files : IDisposable
    {
        private readonly Scripted server;

        internal Files(string content)
        {
            server = new Scripted(request => Answer(content, request.Header("Range")));
        }

        internal string Url => server.Url;

        /// <summary>After so many bytes nothing more comes.</summary>
        internal int? StopsAfter { get; set; }

        internal ManualResetEventSlim Stopped => server.Stopped;

        public void Dispose() => server.Dispose();

        private string Answer(string content, string range)
        {
            string head = "200 OK";
            int from = 0;
            if (range.Length > 0)
            {
                from = int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
                head = $"206 Partial Content; Content-Range: bytes {from}-{content.Length - 1}/{content.Length}";
            }
            string left = content[from..];
            if (StopsAfter is { } most)
            {
                left = left.Insert(Math.Min(most, left.Length - 1), Scripted.Stop.ToString());
            }
            return $"{head}; ETag: \"v1\"; Content-Type: video/mp4\n{left}";
        }
    }
}

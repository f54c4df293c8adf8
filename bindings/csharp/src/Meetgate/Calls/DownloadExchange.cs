using System;
using System.Threading;

namespace Meetgate;

/// <summary>A download on its way.</summary>
internal sealed class DownloadExchange : Exchange
{
    private readonly string urlOrPath;
    private readonly string file;
    private readonly IProgress<long>? progress;

    /// <param name="name">For people: in messages and traces.</param>
    /// <param name="urlOrPath">What is fetched.</param>
    /// <param name="file">Where to.</param>
    /// <param name="options">Of this download alone.</param>
    /// <param name="ofView">The token of the client's own view.</param>
    /// <param name="progress">What is told how far it is.</param>
    /// <param name="cancellationToken">Of this download alone, beside that of the options.</param>
    internal DownloadExchange(
        string name,
        string urlOrPath,
        string file,
        DownloadOptions? options,
        CancellationToken ofView,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
        : base(
            name,
            null,
            ParameterText.Of("{}", "params"),
            options?.Text(),
            options?.Timeout,
            new CallTokens(cancellationToken, options is { CancellationToken.CanBeCanceled: true } ? options.CancellationToken : ofView))
    {
        this.urlOrPath = urlOrPath;
        this.file = file;
        this.progress = progress;
    }

    /// <summary>Its progress; and it takes long, so that it takes none of the library's own threads.</summary>
    internal override bool RunsProgram => true;

    private protected override byte[] Send(ClientOwner owner, CallEnd? end)
    {
        byte[] from = Terminated(urlOrPath, nameof(urlOrPath));
        byte[] to = Terminated(file, nameof(file));
        return new Transfer(end, ThrowIfCancelled, progress)
            .Run(Name, transfer => owner.Handle.Download(Name, from, to, Options, end?.Address, transfer));
    }

    private byte[] Terminated(string text, string argument) => Utf8.Flaw(text) is { } flaw
        ? throw MeetgateException.Refused(MeetgateStatus.InvalidArgument, argument + ": " + flaw, Name)
        : Utf8.Terminated(text, argument);
}

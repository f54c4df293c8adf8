using System.Threading;

namespace Meetgate;

/// <summary>The tokens of one call: its argument, and that of its options. Each of them ends it.</summary>
internal readonly struct CallTokens(CancellationToken first, CancellationToken second)
{
    internal CancellationToken First { get; } = first;

    internal CancellationToken Second { get; } = second;

    internal bool CanBeCancelled => First.CanBeCanceled || Second.CanBeCanceled;

    /// <summary>The one that is cancelled; null as long as none is.</summary>
    internal CancellationToken? Cancelled =>
        First.IsCancellationRequested ? First : Second.IsCancellationRequested ? Second : null;
}

using System.Text.Json.Serialization;
using System.Threading;

namespace Meetgate;

public sealed partial class CallOptions
{
    /// <summary>
    /// Ends the calls with these options: how a call that blocks is ended from another thread. An awaited call has a token of its own
    /// beside it, and each of them ends it. The call then throws an <see cref="System.OperationCanceledException"/> that has this token.
    /// </summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Filled in by each call that succeeds: what it was like.</summary>
    [JsonIgnore]
    public CallFacts? Facts { get; set; }

    /// <summary>As the C library reads them.</summary>
    internal ParameterText Text()
    {
        Parameters written = Write();
        if (Facts != null)
        {
            written.Add("facts"u8, true);
        }
        written.Text.Finish();
        return written.Text;
    }

    /// <summary>The options of a call over those of a view of the client: what is null in the upper ones shows the lower.</summary>
    internal static CallOptions? Over(CallOptions? lower, CallOptions? upper)
    {
        if (lower == null || upper == null)
        {
            return upper ?? lower;
        }
        CallOptions merged = Merged(lower, upper);
        merged.Facts = upper.Facts ?? lower.Facts;
        merged.CancellationToken = upper.CancellationToken.CanBeCanceled ? upper.CancellationToken : lower.CancellationToken;
        return merged;
    }
}

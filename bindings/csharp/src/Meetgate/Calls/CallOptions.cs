namespace Meetgate;

public sealed partial class CallOptions
{
    /// <summary>The options of a call over those of a view of the client: what is null in the upper ones shows the lower.</summary>
    internal static CallOptions? Over(CallOptions? lower, CallOptions? upper) =>
        lower == null ? upper : upper == null ? lower : Merged(lower, upper);
}

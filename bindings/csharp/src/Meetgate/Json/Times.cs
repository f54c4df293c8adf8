using System;

namespace Meetgate;

/// <summary>Times as the platforms count them.</summary>
internal static class Times
{
    internal static long ToUnixSeconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    internal static long? ToUnixSeconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds();

    internal static long ToUnixMilliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    internal static long? ToUnixMilliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    internal static long ToSeconds(TimeSpan span) => Whole(span, TimeSpan.TicksPerSecond);

    internal static long? ToSeconds(TimeSpan? span) => span is { } given ? ToSeconds(given) : null;

    internal static long ToMilliseconds(TimeSpan span) => Whole(span, TimeSpan.TicksPerMillisecond);

    internal static long? ToMilliseconds(TimeSpan? span) => span is { } given ? ToMilliseconds(given) : null;

    /// <summary>Rounded up: a limit of less than one is not none.</summary>
    private static long Whole(TimeSpan span, long unit) => span.Ticks / unit + (span.Ticks % unit > 0 ? 1 : 0);
}

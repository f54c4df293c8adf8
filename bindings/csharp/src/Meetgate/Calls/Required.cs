using System;

namespace Meetgate;

/// <summary>Arguments that must be there.</summary>
internal static class Required
{
    internal static T NotNull<T>(T? value, string name)
        where T : class => value ?? throw new ArgumentNullException(name);
}

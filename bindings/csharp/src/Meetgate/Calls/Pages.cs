using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>Rows page by page. The first page is 1, and a page with fewer rows than were asked for is the last.</summary>
internal static class Pages
{
    internal static IEnumerable<T> Of<T>(Func<long, IReadOnlyList<T>> page, long size)
    {
        for (long number = 1; ; number++)
        {
            IReadOnlyList<T> rows = page(number);
            foreach (T row in rows)
            {
                yield return row;
            }
            if (rows.Count == 0 || rows.Count < size)
            {
                yield break;
            }
        }
    }

    internal static async IAsyncEnumerable<T> OfAsync<T>(
        Func<long, CancellationToken, Task<IReadOnlyList<T>>> page,
        long size,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long number = 1; ; number++)
        {
            IReadOnlyList<T> rows = await page(number, cancellationToken).ConfigureAwait(false);
            foreach (T row in rows)
            {
                yield return row;
            }
            if (rows.Count == 0 || rows.Count < size)
            {
                yield break;
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>Rows page by page. The first page is 1, and a page with fewer rows than were asked for is the last.</summary>
internal static class Pages
{
    /// <exception cref="ArgumentOutOfRangeException">The size is less than 1: at once, and not when the first row is read.</exception>
    internal static IEnumerable<T> Of<T>(Func<long, IReadOnlyList<T>> page, long size) => Rows(page, Checked(size));

    /// <inheritdoc cref="Of"/>
    internal static IAsyncEnumerable<T> OfAsync<T>(
        Func<long, CancellationToken, Task<IReadOnlyList<T>>> page, long size, CancellationToken cancellationToken) =>
        RowsAsync(page, Checked(size), cancellationToken);

    private static long Checked(long pageSize) => pageSize >= 1
        ? pageSize
        : throw new ArgumentOutOfRangeException(nameof(pageSize), pageSize, "expected at least 1 row");

    private static IEnumerable<T> Rows<T>(Func<long, IReadOnlyList<T>> page, long size)
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

    private static async IAsyncEnumerable<T> RowsAsync<T>(
        Func<long, CancellationToken, Task<IReadOnlyList<T>>> page,
        long size,
        [EnumeratorCancellation] CancellationToken cancellationToken)
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

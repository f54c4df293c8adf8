// Sends a picture and fetches it again, with progress: transfer AVD_CONFIG PICTURE TARGET
//
// The picture goes through a stream, so that its name may be in any encoding: GBK, for example, on old terminals.
#include <meetgate.hpp>

#include <cstdint>
#include <fstream>
#include <iostream>

static void show(std::uint64_t bytes, std::uint64_t total) {
  std::cerr << '\r' << bytes << " of " << total << " bytes";
  if (bytes == total) std::cerr << '\n';
}

static void transfer(const meetgate::avd &avd, const char *picture, const char *target) {
  std::ifstream stream(picture, std::ios::binary);
  // The name that the platform sees. Its extension says the type.
  const meetgate::avd_uploadfile_params params = meetgate::avd_uploadfile_params().file("picture.png");
  const std::string sent = avd.upload(params, meetgate::content(stream), show);

  const std::string url = meetgate::member(sent, "download_url");
  const meetgate::downloaded file(
      avd.download(url, target, meetgate::download_options().max_bytes(50000000).timeout_ms(600000), show));
  std::cout << file.bytes() << " bytes, " << file.resumed_from() << " of them from an earlier run\n";
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: transfer AVD_CONFIG PICTURE TARGET\n";
    return 2;
  }
  try {
    transfer(meetgate::avd(meetgate::raw(argv[1])), argv[2], argv[3]);
    return 0;
  } catch (const meetgate::error &error) {
    std::cerr << error.status_name() << ": " << error.what() << '\n';
    return 1;
  }
}

import Foundation
import FoundationNetworking
import JSON
import Synchronization

/// One HTTP GET: a JSON line with status and headers to standard output, then the body as it comes.
///
/// `evalkit-fetch URL [OFFSET VALIDATOR]` asks for the bytes from OFFSET on, if the file is still the one
/// that VALIDATOR (an ETag or a date) stands for. It exits with 0 when the body was whole; otherwise
/// standard error says why. It knows no benchmark, checks no hash and writes no file: `EvalKit/Tasks/Download`
/// does. It is a program of its own because linking the network library costs about 10 ms at every start.
@main struct Fetch {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 2 || arguments.count == 4, let url = URL(string: arguments[1]) else {
      complain("usage: evalkit-fetch URL [OFFSET VALIDATOR]")
      exit(2)
    }
    var request = URLRequest(url: url)
    // The file is compressed already, and its hash is that of the bytes as they are stored.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if arguments.count == 4 {
      request.setValue("bytes=\(arguments[2])-", forHTTPHeaderField: "Range")
      request.setValue(arguments[3], forHTTPHeaderField: "If-Range")
    }
    let configuration = URLSessionConfiguration.ephemeral
    // Our caller watches for stalls; these must not fire before it does.
    configuration.timeoutIntervalForRequest = 3600
    configuration.timeoutIntervalForResource = 7 * 24 * 3600
    let transfer = Transfer()
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    session.dataTask(with: request).resume()
    transfer.finished.wait()
    if let failure = transfer.failure.withLock({ $0 }) {
      complain(failure)
      exit(1)
    }
  }
}

private func complain(_ sentence: String) {
  FileHandle.standardError.write(Data((sentence + "\n").utf8))
}

/// Passes a response on to standard output.
private final class Transfer: NSObject, URLSessionDataDelegate {
  let finished = DispatchSemaphore(value: 0)
  let failure = Mutex<String?>(nil)

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    guard let response = response as? HTTPURLResponse else {
      failure.withLock { $0 = "the server does not speak HTTP" }
      return completionHandler(.cancel)
    }
    var headers = JSONObject()
    for (name, value) in response.allHeaderFields {
      headers["\(name)".lowercased()] = .string("\(value)")
    }
    let head: JSONValue = ["status": JSONValue(response.statusCode), "headers": .object(headers)]
    FileHandle.standardOutput.write(Data(head.serialized() + [0x0A]))
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    FileHandle.standardOutput.write(data)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error {
      failure.withLock { $0 = $0 ?? error.localizedDescription }
    }
    finished.signal()
  }
}
